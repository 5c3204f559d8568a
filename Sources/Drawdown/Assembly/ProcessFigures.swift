import Foundation

/// What the system says about this process and the store's files.
enum ProcessFigures {
    /// Bytes of memory that the process has; nil where the system does not say.
    static var residentBytes: Int? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .ascii) else {
            return nil
        }
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }

    /// Bytes of all files below a directory; nil where it cannot be read.
    static func byteCount(ofFilesBelow path: String) -> Int? {
        let keys: [URLResourceKey] = [.fileSizeKey, .isRegularFileKey]
        guard
            let files = FileManager.default.enumerator(
                at: URL(filePath: path),
                includingPropertiesForKeys: keys
            )
        else { return nil }
        var sum = 0
        for case let file as URL in files {
            guard let values = try? file.resourceValues(forKeys: Set(keys)) else { continue }
            if values.isRegularFile == true { sum += values.fileSize ?? 0 }
        }
        return sum
    }
}
