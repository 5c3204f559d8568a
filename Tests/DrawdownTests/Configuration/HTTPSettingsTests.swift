import Testing

@testable import Drawdown

struct HTTPSettingsTests {
    private static let head = "kafka: { bootstrap.servers: \"b:1\" }\nstart: earliest\n"
    /// The SHA-256 of "secret".
    private static let hash = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"

    private static func faults(_ http: String, _ files: [String: String] = [:]) -> [String] {
        DrawdownTests.faults(whole: head + "http: " + http, files: files)
    }

    @Test func anyAddressMayBeListenedOnWhereTokensAreGiven() throws {
        let yaml = Self.head + "http: { listen: \"0.0.0.0:80\", tokens_file: /t }"
        let loaded = try parse(whole: yaml, files: ["/t": "read \(Self.hash)\n"])
        #expect(loaded.configuration.http.listen.host == "0.0.0.0")
        #expect(loaded.configuration.http.tokens != nil)
    }

    @Test func withoutTokensAnAddressOfOthersIsRefusedByItsKey() {
        #expect(
            Self.faults("{ listen: \"0.0.0.0:80\" }") == [
                "drawdown.yaml:3:9: expected http.listen to be a loopback address where "
                    + "http.tokens_file is not given, got: 0.0.0.0:80"
            ]
        )
    }

    @Test func aTokensFileThatIsMissingIsNamed() {
        let lines = Self.faults("{ tokens_file: /t }")
        #expect(lines.count == 1)
        #expect(lines.first?.contains("expected http.tokens_file to name a readable file") == true)
    }

    @Test(arguments: [
        "read e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "", "# nothing\n", "read", "admin \(hash)", "read secret", "read \(hash)0",
    ])
    func aTokensFileWithoutATokenOrWithAMalformedLineIsRefused(text: String) {
        let lines = Self.faults("{ tokens_file: /t }", ["/t": text])
        #expect(lines.count == 1)
        #expect(lines.first?.contains("http.tokens_file, /t: expected") == true)
        #expect(lines.first?.contains("secret") == false)
    }

    @Test(arguments: ["certificate", "key"])
    func aCertificateAndItsKeyComeTogether(key: String) {
        let lines = Self.faults("{ \(key): /x }", ["/x": "x"])
        #expect(lines.count == 1)
        #expect(lines.first?.contains("to be given beside http.\(key)") == true)
    }

    @Test func whatIsNoCertificateIsRefusedWithoutShowingTheKey() {
        let lines = Self.faults("{ certificate: /c, key: /k }", ["/c": "x", "/k": "hidden"])
        #expect(lines.count == 1)
        #expect(lines.first?.contains("expected a certificate and its private key") == true)
        #expect(lines.first?.contains("hidden") == false)
    }
}
