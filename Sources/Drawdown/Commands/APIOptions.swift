import ArgumentParser
import Foundation

/// What every question to the API has in common.
struct APIOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The credit type.", valueName: "type"))
    var creditType = "credits"

    @Option(
        help: ArgumentHelp(
            """
            The API. Default: DRAWDOWN_API, else ./drawdown-data/dev.json, else \
            \(APIAddress.standard).
            """,
            valueName: "url"
        )
    )
    var api: String?

    @Flag(help: "Print the API's answer as it is.")
    var json = false

    func client() throws(CommandFailure) -> APIClient {
        let variable = ProcessInfo.processInfo.environment["DRAWDOWN_API"]
        let address = try APIAddress.resolve(flag: api, variable: variable) { path in
            try? Data(contentsOf: URL(filePath: path))
        }
        return APIClient(address: address)
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
