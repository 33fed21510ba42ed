/// Further error numbers, by their place in the enumeration `errno` of `typenames.witx`.
extension WASIErrno {
    static let again: UInt64 = 6, fbig: UInt64 = 22, io: UInt64 = 29, nospc: UInt64 = 51, notconn: UInt64 = 53
    static let overflow: UInt64 = 61, pipe: UInt64 = 64
}

/// Further rights, by their place in the flags `rights` of `typenames.witx`.
extension WASIRight {
    static let datasync: UInt64 = 1 << 0, seek: UInt64 = 1 << 2, setFlags: UInt64 = 1 << 3, sync: UInt64 = 1 << 4
    static let tell: UInt64 = 1 << 5, advise: UInt64 = 1 << 7, allocate: UInt64 = 1 << 8
    static let createDirectory: UInt64 = 1 << 9, createFile: UInt64 = 1 << 10
    static let linkSource: UInt64 = 1 << 11, linkTarget: UInt64 = 1 << 12, readdir: UInt64 = 1 << 14
    static let readlink: UInt64 = 1 << 15, renameSource: UInt64 = 1 << 16, renameTarget: UInt64 = 1 << 17
    static let pathStatus: UInt64 = 1 << 18, pathTimes: UInt64 = 1 << 20, status: UInt64 = 1 << 21
    static let resize: UInt64 = 1 << 22, times: UInt64 = 1 << 23, symlink: UInt64 = 1 << 24
    static let removeDirectory: UInt64 = 1 << 25, unlink: UInt64 = 1 << 26, poll: UInt64 = 1 << 27
    static let shutdown: UInt64 = 1 << 28, accept: UInt64 = 1 << 29
    static let all: UInt64 = (1 << 30) - 1
}

/// Numbers of the enumeration `filetype`.
enum WASIType {
    static let directory: UInt8 = 3, file: UInt8 = 4, stream: UInt8 = 6, link: UInt8 = 7
}
