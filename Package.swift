// swift-tools-version:6.2
import PackageDescription

// TERRAFIRMA_PART=translator leaves out everything behind the C source: no libtcc, no HTTP, no
// package downloads. `TERRAFIRMA_PART=translator swift test` runs the translator's tests alone.
//
// TERRAFIRMA_PART=fuzz has the fuzzers instead of what needs packages: for scripts/fuzz, since they link only with
// libFuzzer.
//
// TERRAFIRMA_PART=engine leaves out the server and its packages: `tfc` and its tests, without `tfc serve`.
let part = Context.environment["TERRAFIRMA_PART"]

// A release `tfc` is one static executable: the dynamic loader takes longer to find and bind four libraries than a
// small guest runs. What can't be static (tests of a release build, sanitizers) sets TERRAFIRMA_LINK=dynamic.
let linksStatically = Context.environment["TERRAFIRMA_LINK"] != "dynamic"

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]
let cSettings: [CSetting] = [
    .enableWarning("all"), .enableWarning("extra"), .disableWarning("c23-extensions"), .treatAllWarnings(as: .error),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, exclude: readme(name), swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: name + "Tests", dependencies: [.byName(name: name)] + dependencies, swiftSettings: swiftSettings)
}

func command(
    _ name: String, _ dependencies: [Target.Dependency], _ linking: [LinkerSetting] = [], path: String? = nil
) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: path, swiftSettings: swiftSettings, linkerSettings: linking)
}

/// At a fixed address, so that nothing is relocated at start. (A static executable that can be anywhere has no use for
/// the `-rpath` that SwiftPM gives every executable; glibc's start code ends the process when there is one.)
///
/// lld, since gold warns of every function of glibc that may look for a library at run time.
let staticExecutable: [LinkerSetting] = [
    .unsafeFlags(
        // What the static FoundationEssentials needs, for builds without --static-swift-stdlib.
        ["-static-executable", "-use-ld=lld", "-l_FoundationCollections", "-l_FoundationCShims"],
        .when(platforms: [.linux], configuration: .release))
]

/// For the program that standalone executables begin with: at a fixed address, without Swift, in debug builds too.
/// (swiftc links it, and leaves Swift's own start code out; nothing else of Swift's is needed by anything.)
let standaloneExecutable: [LinkerSetting] = [
    .unsafeFlags(
        linksStatically
            ? ["-static-executable", "-nostartfiles", "-use-ld=lld"]
            : ["-nostartfiles", "-use-ld=lld", "-Xclang-linker", "-no-pie"], .when(platforms: [.linux]))
]

/// Pages that live beside the sources of a target.
func readme(_ name: String) -> [String] {
    ["CTranslation", "WasmRuntime", "FunctionServer"].contains(name) ? ["README.md"] : []
}

let translator: [Target] = [
    module("WasmModule"),
    module("WasmBinary", ["WasmModule"]),
    module("WasmValidation", ["WasmModule", "WasmBinary"]),
    module("CTranslation", ["WasmModule", "WasmBinary", "WasmValidation"]),
    tests("WasmModule"),
    tests("WasmBinary", ["WasmModule"]),
    tests("WasmValidation", ["WasmModule", "WasmBinary"]),
    tests("CTranslation", ["WasmModule", "WasmBinary", "WasmValidation"]),
]

let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let nio: [Target.Dependency] = ["NIOCore", "NIOPosix", "NIOHTTP1"].map { .product(name: $0, package: "swift-nio") }
let secure: [Target.Dependency] = [
    .product(name: "NIOSSL", package: "swift-nio-ssl"), .product(name: "NIOTLS", package: "swift-nio"),
    .product(name: "NIOHTTP2", package: "swift-nio-http2"), .product(name: "NIOHPACK", package: "swift-nio-http2"),
]

let engine: [Target] = [
    .systemLibrary(name: "CTinyCC", path: "Sources/CTinyCC", providers: [.apt(["libtcc-dev"])]),
    .systemLibrary(name: "CNettle", path: "Sources/CNettle", providers: [.apt(["nettle-dev"])]),
    .systemLibrary(name: "CCrypt", path: "Sources/CCrypt", providers: [.apt(["libcrypt-dev"])]),
    .systemLibrary(name: "CCurl", path: "Sources/CCurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CCares", path: "Sources/CCares", providers: [.apt(["libc-ares-dev"])]),
    .target(
        name: "CRuntime", path: "runtime-c", exclude: ["README.md"], sources: ["src"], publicHeadersPath: "include",
        cSettings: cSettings),
    module("NativeCode", ["CTinyCC", "CRuntime", "WasmModule"]),
    module("TOML"),
    module("ModuleCache", ["CNettle", "NativeCode", "CTranslation", "WasmModule", "WasmBinary", "WasmValidation"]),
    module("WasmRuntime", ["CRuntime", "NativeCode", "ModuleCache", "WasmModule"]),
    module("NameResolution", ["CCares"]),
    module("Hostcalls", ["CCurl", "CRuntime", "NameResolution", "WasmRuntime", "WasmModule"]),
    .target(
        name: "TestGuests", dependencies: ["CRuntime", "Hostcalls", "WasmRuntime", "WasmModule"],
        path: "Tests/TestGuests", swiftSettings: swiftSettings),
    tests("TOML"),
    tests("NativeCode", ["CRuntime", "WasmModule"]),
    tests("ModuleCache", ["NativeCode", "CTranslation", "WasmModule"]),
    tests("WasmRuntime", ["CRuntime", "NativeCode", "ModuleCache", "CTranslation", "TestGuests", "WasmModule"]),
    .target(name: "TestNameServer", path: "Tests/TestNameServer", swiftSettings: swiftSettings),
    tests("NameResolution", ["TestNameServer"]),
    tests(
        "Hostcalls",
        ["CRuntime", "NameResolution", "WasmRuntime", "ModuleCache", "TestGuests", "TestNameServer", "WasmModule"]),
    .target(
        name: "FuzzBodies",
        dependencies: [
            "CRuntime", "Hostcalls", "ModuleCache", "TestGuests", "WasmBinary", "WasmModule", "WasmRuntime",
            "WasmValidation",
        ],
        path: "Tests/Fuzzing/Bodies", swiftSettings: swiftSettings),
    tests("FuzzBodies"),
]

let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let tool: [Target] = [
    module(
        "TFCCommands",
        [
            "CRuntime", "NativeCode", "WasmModule", "WasmBinary", "WasmValidation", "ModuleCache", "WasmRuntime",
            arguments,
        ]),
    command("tfc", ["TFCCommands"], linksStatically ? staticExecutable : []),
    .executableTarget(
        name: "tfc-standalone", dependencies: ["CRuntime"], path: "Sources/Standalone",
        exclude: ["README.md", "Embedding"],
        cSettings: cSettings, linkerSettings: standaloneExecutable),
    tests(
        "TFCCommands", ["tfc", "tfc-standalone", "WasmRuntime", arguments] + (part == "engine" ? [] : ["tfc-serve"])),
]

let server: [Target] = [
    module("KeyValueStorage", ["Hostcalls", .product(name: "GRDB", package: "GRDB.swift")]),
    tests("KeyValueStorage", ["Hostcalls", .product(name: "GRDB", package: "GRDB.swift")]),
    module(
        "FunctionServer",
        [
            "CCrypt", "CNettle", "CRuntime", "Hostcalls", "KeyValueStorage", "NameResolution", "WasmRuntime",
            "ModuleCache", "NativeCode", "WasmModule", "WasmBinary", "WasmValidation", "TOML", log, metrics,
            coreMetrics,
        ] + nio + secure),
    command(
        "tfc-serve",
        [
            "CRuntime", "FunctionServer", "Hostcalls", "NameResolution", "NativeCode", "WasmRuntime", "ModuleCache",
            log,
            metrics, arguments,
        ]),
    command(
        "instance-benchmark", ["CRuntime", "Hostcalls", "WasmRuntime", "ModuleCache"], path: "Sources/InstanceBenchmark"
    ),
    // What scripts/bench http compares the server with.
    command("plain-server", nio, path: "Sources/PlainServer"),
    // What native code that broke out of a guest's sandbox would try: a process of its own, for the tests.
    .executableTarget(
        name: "EscapeAttempts", dependencies: ["CRuntime"], path: "Tests/EscapeAttempts", cSettings: cSettings),
    tests(
        "FunctionServer",
        [
            "tfc-serve", "EscapeAttempts", "Hostcalls", "KeyValueStorage", "NameResolution", "TestGuests",
            "TestNameServer", "WasmRuntime", "ModuleCache", "TOML", log, metrics,
            .product(name: "MetricsTestKit", package: "swift-metrics"),
        ] + nio + secure),
]

func fuzzer(_ name: String, _ folder: String) -> Target {
    .executableTarget(
        name: "fuzz-" + name, dependencies: ["FuzzBodies"], path: "Tests/Fuzzing/" + folder,
        swiftSettings: swiftSettings)
}

let fuzzers: [Target] = [
    fuzzer("decode", "Decode"), fuzzer("validate", "Validate"), fuzzer("compile", "Compile"),
    fuzzer("invoke", "Invoke"), fuzzer("wasi", "WASI"), fuzzer("hostcalls", "Hostcalls"),
]

let targets: [Target] =
    switch part {
    case "translator": translator
    case "fuzz": translator + engine + fuzzers
    case "engine": translator + engine + tool
    default: translator + engine + tool + server
    }

let argumentParser = Package.Dependency.package(
    url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
let serverPackages: [Package.Dependency] = [
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
]
let packages: [Package.Dependency] =
    switch part {
    case "translator", "fuzz": []
    case "engine": [argumentParser]
    default: [argumentParser] + serverPackages
    }

let package = Package(
    name: "terrafirma",
    dependencies: packages,
    targets: targets,
    cLanguageStandard: .c2x
)
