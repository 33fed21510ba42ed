/// Numbers that generated code and the runtime agree on (`tf_abi.h`).
enum TranslationLimits {
    /// `TF_MAX_REGISTER_PARAMETERS`.
    static let nativeParameters = 100
}
