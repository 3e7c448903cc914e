"""Properties of a molecule."""

import gradio

from kerazoo.data.graphs.smiles import parse_smiles
from kerazoo.demo.answering import answering
from kerazoo.demo.bars import bars
from kerazoo.demo.tab import Tab
from kerazoo.demo.words import large
from kerazoo.demo.words import latency

_MOLECULES = {
    "ethanol": "CCO",
    "caffeine": "CN1C=NC2=C1C(=O)N(C(=O)N2C)C",
    "aspirin": "CC(=O)OC1=CC=CC=C1C(=O)O",
    "glucose": "OCC1OC(O)C(O)C(O)C1O",
    "naphthalene": "c1ccc2ccccc2c1",
}


class MoleculeTab(Tab):
    """Draws a molecule and says what a model finds of it.

    Args:
        export, data_dir: See `Tab`.

    Example:

    ```python
    tab = MoleculeTab(exports["molecules"])
    picture, best, probabilities, answered = tab.predict("CCO")
    ```
    """

    about = "Type the SMILES of a molecule."

    def warm_up(self) -> None:
        self.predict(_MOLECULES["ethanol"])

    def draw(self, page: gradio.Blocks) -> None:
        with gradio.Row():
            with gradio.Column(scale=2):
                smiles = gradio.Textbox(_MOLECULES["caffeine"], label="SMILES")
                button = gradio.Button("Predict", variant="primary")
                gradio.Examples(
                    [[one] for one in _MOLECULES.values()],
                    [smiles],
                    label="Examples",
                    example_labels=list(_MOLECULES),
                )
            with gradio.Column(scale=3, elem_classes="answers"):
                outputs = [gradio.HTML() for _ in range(4)]
        triggers = [button.click, smiles.submit]
        gradio.on(triggers, answering(self.predict), smiles, outputs)

    def predict(self, smiles: str) -> tuple[str, str, str, str]:
        """Draws a molecule and asks the model about it.

        Args:
            smiles: The molecule.

        Returns:
            Its picture, the class or the value, the probabilities of classes as bars,
            and how long it took.

        Raises:
            ModuleNotFoundError: If RDKit is not installed.
            ValueError: If the SMILES is invalid.
        """
        smiles = smiles.strip()
        answer, _, seconds = self.ask(smiles)
        names = self.metadata.get("class_names")
        if names is None:
            (found,) = answer
            target = self.metadata["inputs"].get("target_column")
            best = f"{target or 'value'}: {found['value']:.4g}"
            shares = ""
        else:
            best = names[int(answer.argmax())]
            shares = bars(names, answer, as_shares=True)
        return _drawing(smiles), large(best), shares, latency(seconds)


def _drawing(smiles: str) -> str:
    from rdkit.Chem.Draw import rdMolDraw2D

    picture = rdMolDraw2D.MolDraw2DSVG(420, 260)
    rdMolDraw2D.PrepareAndDrawMolecule(picture, parse_smiles(smiles))
    picture.FinishDrawing()
    svg = picture.GetDrawingText().partition("?>")[2]
    return f'<div class="molecule">{svg}</div>'
