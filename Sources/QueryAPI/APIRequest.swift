/// A request, after HTTP was taken off it.
struct APIRequest: Sendable {
    /// In capitals.
    var method: String
    /// As it was sent, such as `/v1/customers?limit=10`.
    var target: String
    /// The authority that the client meant to reach; nil where it named none.
    var host: String?
    var authorization: String?
    var contentType: String?
    var idempotencyKey: String?
    /// The length of the body that was announced, in bytes.
    var bodyLength = 0
    var body: [UInt8] = []

    init(_ method: String, _ target: String) {
        self.method = method
        self.target = target
    }

    /// Whether it changes nothing.
    var isQuestion: Bool { method == "GET" || method == "HEAD" }
}
