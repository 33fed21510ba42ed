import ArgumentParser
import FunctionServer
import Logging

/// SIGHUP: the configuration as it is now takes the place of the one before, as far as it can while the server runs.
struct Reloading {
    let server: RunningServer
    /// What the server was started with.
    let started: EffectiveConfiguration
    let startSettings: ServerSettings
    private(set) var present: EffectiveConfiguration
    let logger: Logger

    init(
        _ server: RunningServer, _ configuration: EffectiveConfiguration, _ settings: ServerSettings, _ logger: Logger
    ) {
        self.server = server
        started = configuration
        present = configuration
        startSettings = settings
        self.logger = logger
    }

    /// Reads it again; one with a mistake changes nothing.
    mutating func reload() {
        do {
            let next = try EffectiveConfiguration(
                commandLine: Array(CommandLine.arguments.dropFirst()), environment: ProcessInfo.environment)
            let change = ConfigurationChange(
                from: present.layers, startedWith: started.layers, to: next.layers,
                isContained: startSettings.isContained)
            var settings = try next.command().guestSettings(next)
            if change.needsRestart.contains("allow-outbound") { settings.keep(outboundOf: startSettings) }
            if change.needsRestart.contains("allow-writable-folders") {
                settings.allowsWritableFolders = startSettings.allowsWritableFolders
            }
            server.adopt(settings)
            present = next
            tell(change)
        } catch {
            let message = error is ConfigurationError ? "\(error)" : ServeCommand.message(for: error)
            for line in message.split(separator: "\n") { logger.error("\(line)") }
            logger.error("SIGHUP: the configuration has mistakes; the one before stays in force")
        }
    }

    private func tell(_ change: ConfigurationChange) {
        let changed = change.immediate.isEmpty ? "nothing" : change.immediate.joined(separator: ", ")
        logger.info("SIGHUP: changed: \(changed); all functions are looked at again")
        if !change.needsRestart.isEmpty {
            logger.warning("needs a restart: \(change.needsRestart.joined(separator: ", "))")
        }
    }
}
