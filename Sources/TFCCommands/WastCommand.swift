import ArgumentParser

struct WastCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "wast", abstract: "")
}
