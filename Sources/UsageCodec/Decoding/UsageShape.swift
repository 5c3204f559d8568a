import Credits

/// How a message holds a usage event, as far as the reader of its fields must know.
enum UsageShape {
    /// The fields under their own names.
    case plain
    /// A CloudEvent.
    ///
    /// `data` is the index of its object of data, whose further members become dimensions.
    /// `attributes` are there where the document is that data alone.
    case cloudEvent(data: Int?, attributes: CloudEventAttributes?)
    /// Somebody else's message, read through JSON Pointers.
    case mapped

    var attributes: CloudEventAttributes? {
        guard case .cloudEvent(_, let attributes) = self else { return nil }
        return attributes
    }

    var isMapped: Bool {
        guard case .mapped = self else { return false }
        return true
    }
}

/// A CloudEvent's attributes that were read before its data, checked, as texts in the arena.
struct CloudEventAttributes: BitwiseCopyable {
    var id: ByteSlice
    var source: ByteSlice
    var subject: ByteSlice?
    var type: ByteSlice
    var time: Timestamp?
}
