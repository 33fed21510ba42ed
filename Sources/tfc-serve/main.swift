print("tfc-serve")
