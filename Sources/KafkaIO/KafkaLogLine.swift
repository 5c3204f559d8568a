import CRdKafka

/// A line that librdkafka has to say about itself.
public struct KafkaLogLine: Sendable, Equatable {
    /// Severity, as syslog has it: smaller is worse.
    public enum Level: Int32, Sendable, Comparable {
        case emergency = 0
        case alert, critical, error, warning, notice, info, debug

        public static func < (left: Self, right: Self) -> Bool {
            left.rawValue < right.rawValue
        }
    }

    public let level: Level
    /// The library's short name of the subject, such as `FAIL` or `CONFWARN`.
    public let facility: String
    public let message: String

    public init(level: Level, facility: String, message: String) {
        self.level = level
        self.facility = facility
        self.message = message
    }

    /// One map of properties serves consumer and producer, so the library's remark that a property
    /// belongs to the other kind is expected, and would hide the warnings that matter.
    var isExpected: Bool {
        facility == "CONFWARN" && message.contains("and will be ignored by this")
    }
}
