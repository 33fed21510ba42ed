import ArgumentParser
import WasmBinary
import WasmModule
import WasmValidation

/// `tfc inspect`: what a module is, without running it.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show a module's imports, exports, limits, the features it uses and the interface it speaks.")

    @Argument(help: "The module; - reads it from standard input.")
    var file: String

    func run() throws {
        let bytes = try readFile(file)
        let summary = try bytes.withUnsafeBufferPointer { buffer throws(CommandFailure) in try summarize(buffer) }
        var text = ""
        summary.forEachLine { line in
            text += line + "\n"
            guard text.utf8.count > 1 << 16 else { return }
            StandardOutput.write(text)
            text = ""
        }
        StandardOutput.write(text)
    }

    private func summarize(_ bytes: UnsafeBufferPointer<UInt8>) throws(CommandFailure) -> ModuleSummary {
        do {
            let module = try WasmValidation.validate(try decodeModule(bytes))
            return ModuleSummary(
                module: module.module, size: bytes.count, features: featuresUsed(by: module, bytes: bytes))
        } catch {
            throw CommandFailure("\(file.printable):\(error)")
        }
    }
}
