import CRuntime
import Glibc
import WasmRuntime

/// What a guest of the host calls sees of WASI, if it imports that too, as the standard libraries of languages do.
///
/// No input; what it writes goes to the log. Environment, arguments and folders are its settings'.
struct CallWorld: Sendable {
    let terms: GuestTerms
    let folders: GuestFolders
    let name: String

    /// The world of one request; the log has to outlive it.
    func make(_ log: FunctionLog, _ limits: GuestLimits) throws(FunctionFailure) -> GuestWorld {
        do {
            let context = try WASIContext()
            context.setDescriptorLimit(limits.openFiles)
            context.setClockResolution(limits.clockResolution)
            let pointer = Unmanaged.passUnretained(log).toOpaque()
            try context.setStream(tf_stream(context: pointer, read: { _, _, _ in 0 }, write: nil), as: 0)
            for descriptor in UInt32(1)...2 {
                try context.setStream(tf_stream(context: pointer, read: nil, write: writeToLog), as: descriptor)
            }
            if let folder = limits.memoryFolder { try context.grant(folder) }
            let files = try folders.grant(to: context)
            for argument in [name] + terms.settings.arguments { try context.addArgument(argument) }
            for variable in terms.settings.environment {
                try context.addEnvironment(name: variable.name, value: variable.value)
            }
            return GuestWorld(context: context, folders: files)
        } catch let failure as FunctionFailure {
            throw failure
        } catch {
            throw FunctionFailure(.trap, "\(error)")
        }
    }
}

private func writeToLog(_ context: UnsafeMutableRawPointer?, _ buffers: UnsafePointer<iovec>?, _ count: Int32) -> Int {
    guard let context else { preconditionFailure("a stream without context") }
    let log = Unmanaged<FunctionLog>.fromOpaque(context).takeUnretainedValue()
    var written = 0
    for buffer in UnsafeBufferPointer(start: buffers, count: Int(count)) {
        guard log.write(UnsafeRawBufferPointer(start: buffer.iov_base, count: buffer.iov_len)) else {
            return -Int(EPIPE)
        }
        written += buffer.iov_len
    }
    return written
}
