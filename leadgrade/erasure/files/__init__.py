"""How each kind of file is written anew with single records changed."""
