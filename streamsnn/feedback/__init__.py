"""How the error of the last layer reaches a hidden one, one file each."""
