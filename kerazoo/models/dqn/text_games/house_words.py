"""What rooms, doors and things of houses are called."""

DIRECTIONS = {"north": (0, 1), "east": (1, 0), "south": (0, -1), "west": (-1, 0)}
OPPOSITE = {"north": "south", "east": "west", "south": "north", "west": "east"}
ROOMS = (
    *("kitchen", "study", "bedroom", "cellar", "attic", "bathroom", "library"),
    *("workshop", "garage", "parlour", "nursery", "laundry"),
)
COLOURS = ("red", "blue", "green", "yellow", "black", "white")
MATERIALS = ("oak", "iron", "glass", "pine", "steel", "paper")
CONTAINERS = ("chest", "cupboard", "fridge", "box", "wardrobe", "basket")
FOODS = (
    *("apple", "pear", "cake", "bread", "cheese", "carrot", "lemon", "egg"),
    *("onion", "melon", "honey", "soup"),
)
FLOOR = "floor"
