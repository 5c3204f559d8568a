extension Consumer {
    /// What a property is that nobody gave, where that is not the library's own default.
    public static var defaultProperties: [String: String] { defaults }
}
