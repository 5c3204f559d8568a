import UsageCodec

extension API {
    /// `GET /healthz`: the process answers.
    func health() -> Answer {
        .json { json in
            json.member("status", "alive")
            json.member("version", version)
        }
    }

    /// `GET /readyz`: consuming and able to commit.
    ///
    /// - Throws: a ``Problem`` with the reasons why not.
    func readiness() throws(Problem) -> Answer {
        let reasons = status.notReadyReasons()
        guard reasons.isEmpty else { throw .notReady(reasons) }
        return .json { $0.member("status", "ready") }
    }

    /// `GET /openapi.yaml`.
    func document() -> Answer {
        Answer(type: "application/yaml", body: Array(OpenAPIDocument.text.utf8))
    }
}
