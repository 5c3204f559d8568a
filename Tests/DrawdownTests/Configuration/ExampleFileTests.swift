import Credits
import Foundation
import Testing
import UsageCodec
import Yams

@testable import Drawdown

/// deploy/drawdown.example.yaml is the documentation of the configuration, so it must not lie.
@Suite struct ExampleFileTests {
    private let text: String

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appending(path: "deploy/drawdown.example.yaml")
        text = try String(contentsOf: file, encoding: .utf8)
    }

    @Test func itsValuesAreTheDefaults() throws {
        let loaded = try Configuration.parse(text)
        var expected = Configuration()
        expected.kafka["bootstrap.servers"] = "127.0.0.1:9092"
        expected.rateCards = loaded.configuration.rateCards
        #expect(loaded.configuration == expected)
        #expect(loaded.warnings.isEmpty)
        #expect(loaded.configuration.rateCards.first?.rates.count == 6)
    }

    @Test func everyKeyThatIsReadStandsInIt() throws {
        let reading = ConfigurationReading(environment: [:])
        _ = Configuration.read(text, reading)
        let root = try #require(try compose(yaml: text))
        let documented = paths(of: root, below: "")
        let missing = reading.supportedKeys.subtracting(documented)
        #expect(missing.sorted() == [])
        #expect(reading.supportedKeys.contains("rate_cards.rates.components.round"))
    }

    @Test func everyNameThatIsTakenStandsInIt() {
        let reading = ConfigurationReading(environment: [:])
        _ = Configuration.read(text, reading)
        for key in reading.unsupportedKeys {
            let name = key.split(separator: ".").last.map(String.init) ?? key
            #expect(text.contains(name), "\(key) is not documented")
        }
        #expect(reading.unsupportedKeys.contains("webhooks"))
    }

    @Test func everyKeyInItIsReadOrRefused() {
        // Unknown keys are faults, so a file without faults knows none.
        #expect(faults(whole: text) == [])
    }

    @Test func theSamplesInItsCommentsAreGood() throws {
        let samples: [(name: String, isRead: (Configuration) -> Bool)] = [
            ("auto_top_up", { $0.defaults.autoTopUp?.rule?.cap?.count == 5 }),
            ("recurring", { $0.defaults.recurring?.first?.rollover?.maximumPercent != nil }),
            ("mappings", { $0.mappings["lago.events_raw"]?[.usageID] != nil }),
        ]
        for (name, isRead) in samples {
            let lines = text.split(separator: "\n").map(String.init)
            let first = try #require(lines.firstIndex { $0.hasSuffix("#   \(name):") })
            let indentation = lines[first].prefix { $0 == " " }
            let start = "\(indentation)#   "
            let sample = lines[first...].prefix { $0.hasPrefix(start) }
                .map { indentation + $0.dropFirst(start.count) }
            let section = indentation.isEmpty ? "" : "defaults:\n"
            let loaded = try parse(section + sample.joined(separator: "\n"))
            #expect(isRead(loaded.configuration), "\(name)")
        }
    }

    private func paths(of node: Node, below path: String) -> Set<String> {
        switch node {
        case .mapping(let mapping):
            var result: Set<String> = []
            for (key, value) in mapping {
                let below = path.isEmpty ? key.string ?? "" : "\(path).\(key.string ?? "")"
                result.formUnion([below])
                result.formUnion(paths(of: value, below: below))
            }
            return result
        case .sequence(let sequence):
            return sequence.reduce(into: []) { $0.formUnion(paths(of: $1, below: path)) }
        default:
            return []
        }
    }
}
