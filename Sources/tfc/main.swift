print("tfc")
