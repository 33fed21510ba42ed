import CRuntime
package import WasmModule

/// How a guest ended early: a trap, or its own wish to exit.
package struct Trap: Error, Hashable, Sendable, CustomStringConvertible {
    /// What happened.
    package enum Kind: Hashable, Sendable {
        case unreachable
        case memoryBounds
        case tableBounds
        case undefinedElement
        case uninitializedElement
        case typeMismatch
        case divideByZero
        case integerOverflow
        case invalidConversion
        case stackExhausted
        /// The wall time was used up.
        case deadline
        /// A host function refused to go on.
        case host
        /// An import that nobody provides was called.
        case unknownImport
        /// A limit, or the host, doesn't allow what the guest needs.
        case outOfMemory
        case nullReference
        case nullFunction
        case nullStructure
        case nullArray
        case nullI31
        case castFailure
        case arrayBounds
        case unalignedAtomic
        /// A guest wanted to wait on a memory that nobody else could change.
        case expectedShared
        /// A guest threw what nobody caught.
        case uncaughtException
        /// The processor time was used up.
        case processorTime
        /// Not a trap: the guest asked to end, with this code.
        case exit(UInt32)
    }

    /// One function that was running, if it is a guest's.
    package struct Frame: Hashable, Sendable, CustomStringConvertible {
        /// Index in its module.
        package var function: FunctionIndex
        /// From the module's name section.
        package var name: String?
        /// Bytes of native code from the function's start to where it was: in the innermost function the instruction
        /// that ended it, in the others the call.
        package var offset: UInt

        package init(function: FunctionIndex, name: String?, offset: UInt = 0) {
            self.function = function
            self.name = name
            self.offset = offset
        }

        package var description: String {
            let place = "+0x" + String(offset, radix: 16)
            return name.map { "\($0) (function \(function)\(place))" } ?? "function \(function)\(place)"
        }
    }

    package var kind: Kind
    /// The specification's text for the kind, or what the host has to say.
    package var message: String
    /// Innermost function first.
    package var backtrace: [Frame]
    /// Whether there were more functions than a backtrace holds.
    package var isCut = false
    /// The limits that guests of the store had reached by then.
    package var limits: Set<Limit> = []

    package init(kind: Kind, message: String? = nil, backtrace: [Frame] = []) {
        self.kind = kind
        self.message = message ?? kind.text
        self.backtrace = backtrace
    }

    package var description: String { message }
}

extension Trap.Kind {
    /// The wording of the specification's tests, where they have one.
    package var text: String {
        switch self {
        case .unreachable: "unreachable"
        case .memoryBounds: "out of bounds memory access"
        case .tableBounds: "out of bounds table access"
        case .undefinedElement: "undefined element"
        case .uninitializedElement: "uninitialized element"
        case .typeMismatch: "indirect call type mismatch"
        case .divideByZero: "integer divide by zero"
        case .integerOverflow: "integer overflow"
        case .invalidConversion: "invalid conversion to integer"
        case .stackExhausted: "call stack exhausted"
        case .deadline: "deadline exceeded"
        case .host: "host function failed"
        case .unknownImport: "unknown import"
        case .outOfMemory: "out of memory"
        case .nullReference: "null reference"
        case .nullFunction: "null function reference"
        case .nullStructure: "null structure reference"
        case .nullArray: "null array reference"
        case .nullI31: "null i31 reference"
        case .castFailure: "cast failure"
        case .arrayBounds: "out of bounds array access"
        case .unalignedAtomic: "unaligned atomic"
        case .expectedShared: "expected shared memory"
        case .uncaughtException: "uncaught exception"
        case .processorTime: "processor time used up"
        case .exit(let code): "exit with code \(code)"
        }
    }

    /// What native code returned; nil for success.
    ///
    /// `exitCode` goes with an exit.
    init?(_ trap: tf_trap, exitCode: @autoclosure () -> UInt32) {
        switch trap {
        case TF_OK: return nil
        case TF_TRAP_UNREACHABLE: self = .unreachable
        case TF_TRAP_MEMORY_BOUNDS: self = .memoryBounds
        case TF_TRAP_TABLE_BOUNDS: self = .tableBounds
        case TF_TRAP_UNDEFINED_ELEMENT: self = .undefinedElement
        case TF_TRAP_UNINITIALIZED_ELEMENT: self = .uninitializedElement
        case TF_TRAP_TYPE_MISMATCH: self = .typeMismatch
        case TF_TRAP_DIVIDE_BY_ZERO: self = .divideByZero
        case TF_TRAP_INTEGER_OVERFLOW: self = .integerOverflow
        case TF_TRAP_INVALID_CONVERSION: self = .invalidConversion
        case TF_TRAP_STACK_EXHAUSTED: self = .stackExhausted
        case TF_TRAP_DEADLINE: self = .deadline
        case TF_TRAP_UNKNOWN_IMPORT: self = .unknownImport
        case TF_TRAP_OUT_OF_MEMORY: self = .outOfMemory
        case TF_TRAP_NULL_REFERENCE: self = .nullReference
        case TF_TRAP_NULL_FUNCTION: self = .nullFunction
        case TF_TRAP_NULL_STRUCTURE: self = .nullStructure
        case TF_TRAP_NULL_ARRAY: self = .nullArray
        case TF_TRAP_NULL_I31: self = .nullI31
        case TF_TRAP_CAST_FAILURE: self = .castFailure
        case TF_TRAP_ARRAY_BOUNDS: self = .arrayBounds
        case TF_TRAP_UNALIGNED_ATOMIC: self = .unalignedAtomic
        case TF_TRAP_EXPECTED_SHARED: self = .expectedShared
        case TF_TRAP_UNCAUGHT_EXCEPTION: self = .uncaughtException
        case TF_TRAP_CPU_TIME: self = .processorTime
        case TF_EXIT: self = .exit(exitCode())
        default: self = .host
        }
    }
}
