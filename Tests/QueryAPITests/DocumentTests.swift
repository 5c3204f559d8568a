import Credits
import Foundation
import Testing

@testable import QueryAPI

struct DocumentTests {
    private static func file() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "schemas/openapi.yaml"), encoding: .utf8)
    }

    @Test func theDocumentThatIsServedIsTheFile() async throws {
        let answer = await makeAPI().get("/openapi.yaml")
        #expect(answer[header: "content-type"] == "application/yaml")
        #expect(try answer.text == Self.file())
    }

    @Test func theDocumentDescribesExactlyTheCallsThatExist() throws {
        var described: [String] = []
        var path = ""
        let lines = try Self.file().split(separator: "\n").drop { $0 != "paths:" }
        for line in lines.prefix(while: { $0 != "components:" }) {
            if line.hasPrefix("  /") { path = String(line.dropFirst(2).dropLast()) }
            for method in ["get", "put", "post", "patch", "delete"] where line == "    \(method):" {
                described.append("\(method.uppercased()) \(path)")
            }
        }
        #expect(described == Route.calls.map { "\($0.method) \($0.pattern)" })
    }

    /// The lines of a list that stands below a schema's name.
    private static func list(of schema: String) throws -> [String] {
        let lines = try file().split(separator: "\n").map(String.init)
        let start = try #require(lines.firstIndex(of: "    \(schema):"))
        return lines[(start + 2)...].prefix { $0.hasPrefix("        - ") }.map {
            String($0.dropFirst(10))
        }
    }

    @Test func theDocumentNamesEveryCodeOfARefusal() throws {
        #expect(try Self.list(of: "RefusalCode") == RefusalCode.allCases.map(\.name))
    }

    @Test func theDocumentNamesEveryTypeOfAnEntry() throws {
        #expect(try Self.list(of: "EntryType") == EntryType.allCases.map(\.name))
    }

    /// The lines below the first `start` behind the first `heading`, as far as they are indented more.
    private static func lines(below start: String, behind heading: String) throws -> [String] {
        let lines = try file().split(separator: "\n").map(String.init)
        let first = try #require(lines.firstIndex(of: heading))
        let found = try #require(lines[first...].firstIndex(of: start))
        let indent = String(start.prefix { $0 == " " }) + " "
        return Array(lines[(found + 1)...].prefix { $0.hasPrefix(indent) })
    }

    /// There it is the rate's.
    @Test func theCreditTypeOfWorkHasNoDefaultOfItsOwn() throws {
        let places = [
            ("        - name: credit_type", "      operationId: getEntitlement"),
            ("        credit_type:", "    HoldCommand:"),
        ]
        for (start, heading) in places {
            let lines = try Self.lines(below: start, behind: heading)
            #expect(lines.contains { $0.contains("that of the rate") })
            #expect(!lines.contains { $0.contains("default:") })
        }
    }

    /// The examples of commands, each as the JSON that it is.
    private static func commandExamples() throws -> [String] {
        var examples: [String] = []
        var isInside = false
        for line in try file().split(separator: "\n") {
            if line.hasSuffix("value: {") {
                isInside = true
                examples.append("{")
            } else if isInside {
                examples[examples.count - 1] += line
                // The brace that stands below the word.
                isInside = line != "                }"
            }
        }
        return examples
    }

    @Test func theDocumentHasAnExampleOfEachCommandThatIsTaken() async throws {
        let rate = Rate(id: "image", action: "image.generate", credits: amount("10"))
        let card = RateCard(version: "2026-11", effectiveFrom: .earliest, rates: [rate])
        let intake = CommandIntake(rates: RateBook(cards: [card]), bodyLimit: 1000)
        let examples = try Self.commandExamples()
        var ids: Set<String> = []
        for example in examples {
            let command = try intake.prepare(Array(example.utf8), idempotencyKey: nil, at: noon)
            ids.insert(command.commandID)
        }
        #expect(ids.count == examples.count)
        let types = [
            "grant", "void", "adjust", "reverse_usage", "hold", "release", "configure",
        ]
        for type in types {
            #expect(examples.contains { $0.contains("\"type\": \"\(type)\"") })
        }
    }
}
