import FunctionServer
import Glibc
import Logging

/// `--check`: tells what is in force, and all that is wrong with what would be served.
struct ConfigurationCheck {
    let configuration: EffectiveConfiguration
    let folder: String?
    let settings: ServerSettings
    /// Which one would be used.
    let compiler: String
    let logger: Logger

    /// False: something is wrong, which standard error has.
    func run() -> Bool {
        FileDescriptorOutput.output.write(Self.text(configuration.layers))
        FileDescriptorOutput.output.write("optimizing compiler: \(compiler)\n")
        let check: FolderCheck
        do throws(ServerError) {
            check = try FolderCheck(folder: folder, settings: settings, logger: logger)
        } catch {
            FileDescriptorOutput.error.write("\(error)\n")
            return false
        }
        let names = check.names()
        let showsProgress = isatty(STDERR_FILENO) == 1
        var problems = 0
        for (index, name) in names.enumerated() {
            if showsProgress { FileDescriptorOutput.error.write("\r\u{1B}[K\(index + 1) of \(names.count) functions") }
            guard let problem = check.problem(of: name) else { continue }
            problems += 1
            FileDescriptorOutput.error.write((showsProgress ? "\r\u{1B}[K" : "") + problem + "\n")
        }
        if showsProgress { FileDescriptorOutput.error.write("\r\u{1B}[K") }
        FileDescriptorOutput.output.write("functions: \(names.count), of which \(problems) cannot be served\n")
        return problems == 0
    }

    /// Each setting, what it is, and who says so.
    static func text(_ layers: LayeredArguments) -> String {
        var lines: [(setting: String, origin: String)] = []
        for flag in CommandFlags.all where !["check", "help", "version"].contains(flag.name) {
            if let set = layers.settings.first(where: { $0.flag.name == flag.name }) {
                lines.append(("\(flag.name) = \(set.values.joined(separator: ", "))", "\(set.origin)"))
            } else {
                lines.append((flag.defaultValue.map { "\(flag.name) = \($0)" } ?? flag.name, "default"))
            }
        }
        for (site, limits) in layers.siteLimits.sorted(by: { $0.key < $1.key }) {
            let names = limits.names.joined(separator: ", ")
            lines.append(("sites.\(site).limits: \(names)", "the configuration file"))
        }
        let width = min(48, lines.map(\.setting.count).max() ?? 0)
        return lines.map { line in
            line.setting + String(repeating: " ", count: max(1, width - line.setting.count + 2)) + line.origin + "\n"
        }.joined()
    }
}
