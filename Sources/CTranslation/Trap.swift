/// Why generated code ends a guest itself: the numbers of `tf_trap` (`tf_abi.h`).
enum Trap: UInt32, CaseIterable {
    case unreachable = 1
    case undefinedElement = 4
    case nullReference = 15
    case nullFunction = 16
    case nullStructure = 17
    case nullArray = 18
    case nullI31 = 19
    case castFailure = 20
    case unalignedAtomic = 22
}
