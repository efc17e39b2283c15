// What the Relay compiler reads. It checks every operation against the schema by Relay's rules
// (connections, edges, page info, Node) and writes what the runtime uses to generated/relay/.
import { graphql } from "relay-runtime";

graphql`
  query operationsProgramsQuery($count: Int!, $cursor: String) {
    ...operations_programs @arguments(count: $count, cursor: $cursor)
  }
`;

graphql`
  fragment operations_programs on Query
  @refetchable(queryName: "operationsProgramsPaginationQuery")
  @argumentDefinitions(count: { type: "Int!" }, cursor: { type: "String" }) {
    programs(first: $count, after: $cursor) @connection(key: "operations_programs_programs") {
      totalCount
      edges {
        node {
          id
          ...operations_program @relay(mask: false)
        }
      }
    }
  }
`;

graphql`
  fragment operations_program on Program {
    name
    quota
    language
    lastApprovedOn
    university { id name province }
    discipline { id name nameFr }
    requirements { kind label status quantity tests { name minimumScore } evidence { quote } }
    selectionCriteria { phase component isEvaluated text weightPercent }
  }
`;

graphql`
  query operationsProgramQuery($id: ID!) {
    node(id: $id) @catch(to: RESULT) {
      __typename
      ...operations_card @alias(as: "card")
    }
  }
`;

graphql`
  fragment operations_card on Program @refetchable(queryName: "operationsCardRefetchQuery") {
    id
    name
    university { id name }
  }
`;
