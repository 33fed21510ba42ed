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

    /// Its name in `tf_abi.h`.
    var headerName: String {
        switch self {
        case .unreachable: "TF_TRAP_UNREACHABLE"
        case .undefinedElement: "TF_TRAP_UNDEFINED_ELEMENT"
        case .nullReference: "TF_TRAP_NULL_REFERENCE"
        case .nullFunction: "TF_TRAP_NULL_FUNCTION"
        case .nullStructure: "TF_TRAP_NULL_STRUCTURE"
        case .nullArray: "TF_TRAP_NULL_ARRAY"
        case .nullI31: "TF_TRAP_NULL_I31"
        case .castFailure: "TF_TRAP_CAST_FAILURE"
        case .unalignedAtomic: "TF_TRAP_UNALIGNED_ATOMIC"
        }
    }
}
