import Foundation

/// Where the API is, and how that is known: a message that says so saves a person the search.
struct APIAddress: Equatable, Sendable {
    let url: URL
    /// Such as `--api` or `DRAWDOWN_API`.
    let origin: String

    static let standard = "http://127.0.0.1:8080"

    /// Takes the flag, else the variable, else what `drawdown dev` wrote, else the default.
    ///
    /// - Parameters:
    ///   - flag: the value of `--api`.
    ///   - variable: the value of `DRAWDOWN_API`.
    ///   - developmentFile: reads `dev.json` in the data directory; nil where there is none.
    /// - Returns: an address that is well formed; whether anything listens there is not known yet.
    /// - Throws: exit code 64 where what was given is no address.
    static func resolve(
        flag: String?,
        variable: String?,
        developmentFile: (String) -> Data?
    ) throws(CommandFailure) -> APIAddress {
        if let flag { return try APIAddress(flag, origin: "--api") }
        if let variable { return try APIAddress(variable, origin: "DRAWDOWN_API") }
        let path = DevelopmentFile.path(in: DevelopmentOptions.standardDirectory)
        if let data = developmentFile(path),
            let file = try? JSONDecoder().decode(DevelopmentFile.self, from: data)
        {
            return try APIAddress(file.http, origin: path)
        }
        return try APIAddress(standard, origin: "the default")
    }

    private init(_ text: String, origin: String) throws(CommandFailure) {
        guard let url = URL(string: text), ["http", "https"].contains(url.scheme),
            url.host?.isEmpty == false, (1...65_535).contains(url.port ?? 80)
        else {
            throw CommandFailure(
                .usage,
                "expected \(origin) to be an address such as \(Self.standard), got: \(text)"
            )
        }
        self.url = url
        self.origin = origin
    }

    /// A name or an address; IPv6 without brackets.
    var host: String {
        var host = Substring(url.host ?? "")
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        return String(host)
    }

    var isSecure: Bool { url.scheme == "https" }
    var port: Int { url.port ?? (isSecure ? 443 : 80) }

    /// Host and port as the `Host` header has them.
    var authority: String { ListenAddress(host: host, port: port).description }
}

/// `DIR/dev.json`, which `drawdown dev` writes once it is ready.
struct DevelopmentFile: Codable, Equatable, Sendable {
    let bootstrapServers: String
    /// The API's base URL.
    let http: String
    let pid: Int32

    static func path(in directory: String) -> String { "\(directory)/dev.json" }

    private enum CodingKeys: String, CodingKey {
        case bootstrapServers = "bootstrap_servers"
        case http
        case pid
    }
}
