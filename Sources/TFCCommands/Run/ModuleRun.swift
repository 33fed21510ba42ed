/// One run of a module, from file to exit code.
enum ModuleRun {
    /// Runs, reports on standard error what went wrong, and returns the exit code.
    static func perform(_ arguments: RunArguments) -> Int32 {
        ExitStatus.failure
    }
}
