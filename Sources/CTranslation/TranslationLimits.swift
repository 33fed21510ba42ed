/// Bounds of what is generated, and numbers that generated code and the runtime agree on (`tf_abi.h`).
enum TranslationLimits {
    /// `TF_INTEGER_PARAMETERS` and `TF_FLOAT_PARAMETERS`.
    static let integerParameters = 5
    static let floatParameters = 8

    /// The largest stack frame of a function's variables that is accepted, in bytes.
    ///
    /// The guards behind guest stacks are larger.
    static let largestFrame = 1 << 20

    /// As many variables as that frame holds.
    static let temporaries = largestFrame / 8

    /// How many bytes of C so many bytes of wasm may become: real code needs three or four times as many.
    static func text(bytes: Int) -> Int { (1 << 20) + bytes * 32 }
}
