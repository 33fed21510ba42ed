import WasmRuntime

extension Trap.Kind {
    /// For metrics.
    var label: String {
        switch self {
        case .unreachable: "unreachable"
        case .memoryBounds: "memory-bounds"
        case .tableBounds: "table-bounds"
        case .undefinedElement: "undefined-element"
        case .uninitializedElement: "uninitialized-element"
        case .typeMismatch: "type-mismatch"
        case .divideByZero: "divide-by-zero"
        case .integerOverflow: "integer-overflow"
        case .invalidConversion: "invalid-conversion"
        case .stackExhausted: "stack-exhausted"
        case .deadline: "deadline"
        case .host: "host"
        case .unknownImport: "unknown-import"
        case .outOfMemory: "out-of-memory"
        case .nullReference: "null-reference"
        case .nullFunction: "null-function"
        case .nullStructure: "null-structure"
        case .nullArray: "null-array"
        case .nullI31: "null-i31"
        case .castFailure: "cast-failure"
        case .arrayBounds: "array-bounds"
        case .unalignedAtomic: "unaligned-atomic"
        case .expectedShared: "expected-shared"
        case .uncaughtException: "uncaught-exception"
        case .processorTime: "cpu-time"
        case .exit: "exit"
        }
    }
}
