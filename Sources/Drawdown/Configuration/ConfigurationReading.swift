/// What one reading of a configuration gathers beside the values: faults, the keys that were asked
/// for, and the variables and files that stand in for keys.
final class ConfigurationReading {
    /// A key whose value stands in a file of its own, such as a password.
    struct PendingFile {
        /// The property that gets the file's content.
        let property: String
        let path: String
        let place: ConfigurationFault.Place
        let key: String
    }

    /// Variables that are ours and are no keys.
    static let clientVariables: Set<String> = ["DRAWDOWN_API", "DRAWDOWN_CA", "DRAWDOWN_TOKEN"]
    private static let prefix = "DRAWDOWN_"

    private let allVariables: [String: String]
    /// Those that may override keys.
    private let overrides: [String: String]
    private(set) var faults: [ConfigurationFault] = []
    /// Paths of all keys that were asked for, without list indices.
    private(set) var supportedKeys: Set<String> = []
    /// Paths of keys that have a name already and no meaning yet.
    private(set) var unsupportedKeys: Set<String> = []
    var pendingFiles: [PendingFile] = []
    /// The files that `http` names, each whole the value of its key.
    var pendingAccess: [PendingFile] = []
    /// Where the section `kafka` was given.
    var kafkaPlace = ConfigurationFault.Place.wholeFile
    private var usedVariables: Set<String> = []

    init(environment: [String: String]) {
        allVariables = environment
        overrides = environment.filter {
            $0.key.hasPrefix(Self.prefix) && !Self.isServiceLink($0.key, $0.value)
        }
    }

    /// The value of any variable, for `${NAME}`.
    func variable(_ name: String) -> String? { allVariables[name] }

    func fail(_ place: ConfigurationFault.Place, key: String, _ message: String) {
        faults.append(ConfigurationFault(place, key: key, message: message))
    }

    func warn(_ place: ConfigurationFault.Place, key: String, _ message: String) {
        faults.append(ConfigurationFault(place, key: key, message: message, severity: .warning))
    }

    /// Remembers that a key exists, for hints and for the proof that every key is documented.
    func note(_ path: String, isSupported: Bool) {
        let generic = path.replacing(/\[\d+\]/, with: "")
        if isSupported {
            supportedKeys.insert(generic)
        } else {
            unsupportedKeys.insert(generic)
        }
    }

    /// The variable that overrides a key, such as `DRAWDOWN_COMMIT_MAX_EVENTS`; nil in lists.
    static func variableName(of path: String) -> String? {
        guard !path.contains("[") else { return nil }
        return prefix + path.uppercased().replacing(".", with: "_")
    }

    /// Takes the variable that overrides this key, if it is set.
    func takeVariable(for path: String) -> (name: String, value: String)? {
        guard let name = Self.variableName(of: path), let value = overrides[name] else {
            return nil
        }
        usedVariables.insert(name)
        return (name, value)
    }

    /// The first variable, by its name, that gives a key of a section; it is not taken.
    ///
    /// - Parameters:
    ///   - path: the section's.
    ///   - isKey: whether the rest of a variable's name is that of a key.
    /// - Returns: the variable's name; nil: there is none.
    func firstVariable(below path: String, where isKey: (String) -> Bool) -> String? {
        guard let start = Self.variableName(of: path).map({ $0 + "_" }) else { return nil }
        return overrides.keys.filter {
            $0.hasPrefix(start) && isKey(String($0.dropFirst(start.count)))
        }.min()
    }

    /// Takes all variables below a section whose keys are not ours to know.
    func takeVariables(below path: String) -> [(name: String, suffix: String, value: String)] {
        guard let start = Self.variableName(of: path).map({ $0 + "_" }) else { return [] }
        let found = overrides.filter { $0.key.hasPrefix(start) }.sorted { $0.key < $1.key }
        usedVariables.formUnion(found.map(\.key))
        return found.map { ($0.key, String($0.key.dropFirst(start.count)), $0.value) }
    }

    /// Warns of variables that look like overrides and are none: a slip there would change nothing,
    /// silently.
    func warnOfUnknownVariables() {
        let known = supportedKeys.union(unsupportedKeys).compactMap(Self.variableName)
        let strangers = overrides.keys.filter {
            !usedVariables.contains($0) && !Self.clientVariables.contains($0)
        }
        for name in strangers {
            let nearest = NearestName.guess(for: name, among: known)
            let hint = nearest.map { ", did you mean \"\($0)\"?" } ?? ""
            warn(.environment(name), key: "", "this variable overrides no key\(hint)")
        }
    }

    /// Kubernetes sets these in every pod beside a service that is called `drawdown`, or whose name
    /// begins so, such as `drawdown-kafka`; no key, and no property of librdkafka, is called so.
    ///
    /// A name that ends in `_PORT` may be a slip, such as `DRAWDOWN_HTTP_PORT`: of a link it is a URL.
    private static func isServiceLink(_ name: String, _ value: String) -> Bool {
        let link = /DRAWDOWN_([A-Z0-9_]+_)?(SERVICE_(HOST|PORT.*)|PORT_\d+_(TCP|UDP|SCTP).*)/
        if name.wholeMatch(of: link) != nil { return true }
        return name.wholeMatch(of: /DRAWDOWN_([A-Z0-9_]+_)?PORT/) != nil
            && value.wholeMatch(of: /(tcp|udp|sctp):\/\/.*/) != nil
    }
}
