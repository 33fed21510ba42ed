import FoundationEssentials

/// A file of the official suite in the JSON form of wabt's `wast2json`.
struct WastScript: Decodable {
    var commands: [WastCommandEntry]

    init(json: [UInt8]) throws(CommandFailure) {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(json))
        } catch {
            throw CommandFailure("not a test script: \(error)")
        }
    }
}

/// One command and the line of the text it was made from.
struct WastCommandEntry: Decodable {
    var line: Int
    var step: WastStep

    init(from decoder: any Decoder) throws {
        line = try decoder.container(keyedBy: WastKey.self).decode(Int.self, forKey: .line)
        step = try WastStep(from: decoder)
    }
}

/// What a command does.
enum WastStep: Decodable {
    case module(WastModule, name: String?)
    case definition(WastModule, name: String?)
    case instance(name: String?, definition: String?)
    case register(name: String?, as: String)
    case action(WastAction)
    case assertReturn(WastAction, [WastExpectation])
    case assertTrap(WastAction, text: String)
    case assertExhaustion(WastAction, text: String)
    case assertInvalid(WastModule, text: String)
    case assertMalformed(WastModule, text: String)
    case assertUnlinkable(WastModule, text: String)
    case assertUninstantiable(WastModule, text: String)
    /// Ends in an exception that nobody catches.
    case assertException(WastAction)
    /// About annotations and custom sections of the text format.
    case aboutText

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: WastKey.self)
        let name = try fields.decodeIfPresent(String.self, forKey: .name)
        let type = try fields.decode(String.self, forKey: .type)
        switch type {
        case "module": self = .module(try WastModule(from: decoder), name: name)
        case "module_definition": self = .definition(try WastModule(from: decoder), name: name)
        case "module_instance":
            self = .instance(
                name: try fields.decodeIfPresent(String.self, forKey: .instance),
                definition: try fields.decodeIfPresent(String.self, forKey: .module))
        case "register": self = .register(name: name, as: try fields.decode(String.self, forKey: .as))
        case "action": self = .action(try fields.decode(WastAction.self, forKey: .action))
        default: self = try Self.assertion(type, fields, decoder)
        }
    }

    private static func assertion(
        _ type: String, _ fields: KeyedDecodingContainer<WastKey>, _ decoder: any Decoder
    ) throws -> WastStep {
        let action = { () throws -> WastAction in try fields.decode(WastAction.self, forKey: .action) }
        let text = { () throws -> String in try fields.decode(String.self, forKey: .text) }
        switch type {
        case "assert_return":
            return .assertReturn(try action(), try fields.decode([WastExpectation].self, forKey: .expected))
        case "assert_trap": return .assertTrap(try action(), text: try text())
        case "assert_exhaustion": return .assertExhaustion(try action(), text: try text())
        case "assert_invalid": return .assertInvalid(try WastModule(from: decoder), text: try text())
        case "assert_malformed": return .assertMalformed(try WastModule(from: decoder), text: try text())
        case "assert_unlinkable": return .assertUnlinkable(try WastModule(from: decoder), text: try text())
        case "assert_uninstantiable": return .assertUninstantiable(try WastModule(from: decoder), text: try text())
        case "assert_exception": return .assertException(try action())
        case "assert_malformed_custom", "assert_invalid_custom": return .aboutText
        default: throw CommandFailure("there is no command \(type)")
        }
    }
}

/// The fields that commands have between them.
enum WastKey: String, CodingKey {
    case type, line, name, filename, instance, module, `as`, action, expected, text, field, args
    case moduleType = "module_type"
    case binaryFilename = "binary_filename"
}

/// A module beside the script.
struct WastModule: Decodable {
    /// The file with its binary form; nil for one that there is only as text.
    var file: String?

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: WastKey.self)
        let isText = try fields.decodeIfPresent(String.self, forKey: .moduleType) == "text"
        file = try fields.decodeIfPresent(String.self, forKey: isText ? .binaryFilename : .filename)
    }
}

/// A call of an exported function, or a look at an exported global.
struct WastAction: Decodable {
    enum Kind: String, Decodable { case invoke, get }

    var kind: Kind
    /// The instance's name; the latest one's if nil.
    var module: String?
    var field: String
    var arguments: [WastValue]

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: WastKey.self)
        kind = try fields.decode(Kind.self, forKey: .type)
        module = try fields.decodeIfPresent(String.self, forKey: .module)
        field = try fields.decode(String.self, forKey: .field)
        arguments = try fields.decodeIfPresent([WastValue].self, forKey: .args) ?? []
    }
}
