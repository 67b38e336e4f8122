"""The languages that an endpoint is asked in. One file each; ``library`` lists them."""
