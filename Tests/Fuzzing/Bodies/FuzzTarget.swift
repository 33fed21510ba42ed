/// What is fuzzed: one function from bytes to nothing, or a finding.
package enum FuzzTarget: String, CaseIterable, Sendable {
    case decode, validate, compile, invoke, wasi, hostcalls

    /// The folder of Tests/FuzzCorpus with its inputs.
    package var corpus: String {
        switch self {
        case .decode, .validate, .compile, .invoke: "modules"
        case .wasi, .hostcalls: rawValue
        }
    }

    package func run(_ input: UnsafeBufferPointer<UInt8>) throws(Finding) {
        switch self {
        case .decode: _ = try ModuleFuzzing.decode(input)
        case .validate: _ = try ModuleFuzzing.validate(input)
        case .compile: try ModuleFuzzing.compile(input)
        case .invoke: try InvocationFuzzing.run(input)
        case .wasi: try WASIFuzzing.run(input)
        case .hostcalls: try HostcallFuzzing.run(input)
        }
    }

    /// The same for libFuzzer, which takes the end of the process for a finding.
    package func run(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
        do throws(Finding) {
            try run(UnsafeBufferPointer(start: start, count: count))
        } catch {
            fatalError(error.description)
        }
        return 0
    }
}
