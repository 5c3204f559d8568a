import ArgumentParser
import Foundation
import NIOSSL

/// What every question to the API has in common.
struct APIOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The credit type. Default: credits, and of a hold for an action that of its rate.",
            valueName: "type"
        )
    )
    var creditType: String?

    @Option(
        help: ArgumentHelp(
            """
            The API. Default: DRAWDOWN_API, else ./drawdown-data/dev.json, else \
            \(APIAddress.standard). DRAWDOWN_TOKEN is sent along where it is set.
            """,
            valueName: "url"
        )
    )
    var api: String?

    @Option(
        help: ArgumentHelp(
            """
            Who signed the certificate of an https API, in PEM. Default: DRAWDOWN_CA, else whom the \
            system trusts.
            """,
            valueName: "file"
        )
    )
    var ca: String?

    @Flag(help: "Print the API's answer as it is.")
    var json = false

    func client() throws(CommandFailure) -> APIClient {
        let environment = ProcessInfo.processInfo.environment
        let variable = environment["DRAWDOWN_API"]
        let token = environment["DRAWDOWN_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
        if let token, !token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            throw CommandFailure(
                .usage,
                "expected DRAWDOWN_TOKEN to be printable ASCII without spaces"
            )
        }
        let address = try APIAddress.resolve(flag: api, variable: variable) { path in
            try? Data(contentsOf: URL(filePath: path))
        }
        let file = ca ?? environment["DRAWDOWN_CA"].flatMap { $0.isEmpty ? nil : $0 }
        return APIClient(
            address: address,
            token: token,
            authorities: try file.map(Self.certificates)
        )
    }

    private static func certificates(
        in file: String
    ) throws(CommandFailure) -> [NIOSSLCertificate] {
        guard let found = try? NIOSSLCertificate.fromPEMFile(file), !found.isEmpty else {
            throw CommandFailure(
                .usage,
                "expected --ca (or DRAWDOWN_CA) to be a file of certificates in PEM, got: \(file)"
            )
        }
        return found
    }

    /// Prints an answer's JSON, or what `render` makes of it for people.
    func print<Answer: Decodable>(
        _ data: Data,
        of client: APIClient,
        as type: Answer.Type,
        _ render: (Answer) -> String
    ) throws(CommandFailure) {
        if json {
            let text = String(decoding: data, as: UTF8.self)
            StandardStreams.write(text.hasSuffix("\n") ? text : text + "\n")
        } else {
            StandardStreams.write(render(try client.decode(type, from: data)))
        }
    }
}
