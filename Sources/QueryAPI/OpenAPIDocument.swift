/// The description of this API, as `GET /openapi.yaml` serves it.
///
/// A copy of `schemas/openapi.yaml`, so that the program is one file; a test holds the two together.
enum OpenAPIDocument {
    static let text =
        head + customerPaths + commandPaths + deadLetterPaths + components + answerSchemas
        + commandSchemas

    /// What is true of all calls, and those that have no version.
    static let head = #"""
        openapi: 3.1.0
        info:
          title: Drawdown
          version: "1"
          summary: Balances, ledger entries and commands of a credit system.
          description: |
            Answers what the ledger holds. Amounts are exact decimals, written as strings; times are RFC 3339
            in UTC. What is absent is null. Only these members are left out instead: `code`, `parameter` and
            `reasons` of a problem, and `action` of usage that is not grouped by it. Every GET also answers HEAD.
            Parameters that are not named here are ignored; one that is named and malformed is a 422 that
            names it. Ids in paths are percent-encoded UTF-8, `/` as `%2F`; in queries `+` is a space.
            Where tokens are configured, every call but the probes and this document needs one; a browser
            may send it as the password of Basic, for GET only. Without tokens the server listens on this
            machine only and refuses requests for any other host.
        servers:
          - url: http://127.0.0.1:8080
        security:
          - token: []
          - browser: []
          - {}
        paths:
          /openapi.yaml:
            get:
              operationId: getOpenAPI
              summary: This document.
              responses:
                "200":
                  description: This document.
                  content:
                    application/yaml: { schema: { type: string } }
                default: { $ref: "#/components/responses/Problem" }
          /healthz:
            get:
              operationId: getHealth
              summary: Whether the process is alive.
              responses:
                "200":
                  description: It is.
                  content:
                    application/json: { schema: { $ref: "#/components/schemas/Health" } }
                default: { $ref: "#/components/responses/Problem" }
          /readyz:
            get:
              operationId: getReadiness
              summary: Whether the worker consumes and is able to commit.
              responses:
                "200":
                  description: It does.
                  content:
                    application/json: { schema: { $ref: "#/components/schemas/Readiness" } }
                "503":
                  description: It does not; `reasons` says why.
                  content:
                    application/problem+json: { schema: { $ref: "#/components/schemas/Problem" } }
                default: { $ref: "#/components/responses/Problem" }
          /metrics:
            get:
              operationId: getMetrics
              summary: Figures in Prometheus' text format.
              description: >-
                Counters begin at 0 with the process. `kafka_consumergroup_lag` is the lag of every assigned
                partition against end offsets at most 100 ms old.
              responses:
                "200":
                  description: The figures.
                  content:
                    text/plain: { schema: { type: string } }
                default: { $ref: "#/components/responses/Problem" }

        """#

    static let deadLetterPaths = #"""
          /v1/dead-letters:
            get:
              operationId: listDeadLetters
              summary: The latest inputs that could not be applied, newest first.
              description: >-
                All that there ever were, also what was worked through; they are in the dead letters' topic,
                too. A page of large ones may be short, and one of a rare code empty, and yet have a
                `next_cursor`.
              parameters:
                - name: code
                  in: query
                  description: Only those with this code.
                  schema: { $ref: "#/components/schemas/RefusalCode" }
                  example: unknown_grant
                - { $ref: "#/components/parameters/limit" }
                - { $ref: "#/components/parameters/cursor" }
              responses:
                "200":
                  description: One page.
                  content:
                    application/json: { schema: { $ref: "#/components/schemas/DeadLetterList" } }
                "422": { $ref: "#/components/responses/InvalidParameter" }
                default: { $ref: "#/components/responses/Problem" }

        """#

    /// Tokens, and the parameters and answers that several calls share.
    static let components = #"""
        components:
          securitySchemes:
            token: { type: http, scheme: bearer, description: A token with read or write scope. }
            browser: { type: http, scheme: basic, description: Any name; the password is the token. }
          parameters:
            customerID:
              name: customer_id
              in: path
              required: true
              schema: { type: string, minLength: 1 }
              examples:
                studio: { value: cus_aurora_studio }
                films: { value: cus_harbor_films }
            creditType:
              name: credit_type
              in: query
              description: Which of the customer's accounts.
              schema: { type: string, minLength: 1, default: credits }
              examples:
                usual: { value: credits }
                own: { value: gpu_seconds, summary: Credits that are kept apart. }
            limit:
              name: limit
              in: query
              description: Items on a page.
              schema: { type: integer, minimum: 1, maximum: 500, default: 50 }
              example: 20
            cursor:
              name: cursor
              in: query
              description: The `next_cursor` of the page before; opaque.
              schema: { type: string, minLength: 1 }
          responses:
            Problem:
              description: Any other problem (RFC 9457).
              content:
                application/problem+json: { schema: { $ref: "#/components/schemas/Problem" } }
            InvalidParameter:
              description: A parameter is malformed; `parameter` names it.
              content:
                application/problem+json: { schema: { $ref: "#/components/schemas/Problem" } }
            UnknownCustomer:
              description: The customer has no entry in this credit type.
              content:
                application/problem+json: { schema: { $ref: "#/components/schemas/Problem" } }
          schemas:

        """#
}
