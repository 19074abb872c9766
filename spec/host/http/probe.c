/*
** Tests of src/http/transport.c: the probe, which shows whether transfers can share connections.
*/
#include "host.h"
#include "server.h"

static Transport open_for(HttpVersion version, bool is_https) {
  Transport transport = {0};
  const TransportOptions options = {.proxy = "", .http_version = version, .is_https = is_https, .max_connections = 10};
  CHECK(transport_open(&transport, &options));
  return transport;
}

static void wants_a_probe_where_connections_may_be_shared(void) {
  static const struct {
    HttpVersion version;
    bool is_https, wants_probe;
  } cases[] = {{HTTP_VERSION_AUTO, true, true},
               {HTTP_VERSION_1_1, true, false},
               {HTTP_VERSION_2, true, true},
               {HTTP_VERSION_AUTO, false, false},
               {HTTP_VERSION_1_1, false, false}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Transport transport = open_for(cases[i].version, cases[i].is_https);
    CHECK_NUMBER(cases[i].wants_probe, transport.wants_probe);
    CHECK_NUMBER(cases[i].wants_probe ? PROTOCOL_UNKNOWN : PROTOCOL_HTTP_1, transport.protocol);
    transport_close(&transport);
  }
  Transport transport = open_for(HTTP_VERSION_2, false);
  CHECK_NUMBER(request_can_share_without_tls(), transport.wants_probe);
  transport_close(&transport);
}

static void makes_others_wait_for_the_probe(void) {
  Server server;
  server_open(&server);
  Transport transport = open_for(HTTP_VERSION_1_1, false);
  TransferRequest request = server_request(&server);
  Transfer *probe = NULL, *other = NULL;
  transport.wants_probe = true;
  CHECK(transport_has_room(&transport, true));
  CHECK_NUMBER(CURLE_OK, transport_start(&transport, &request, &probe, NULL));
  CHECK(transport.probe == probe);
  CHECK_NUMBER(transport.now + 1000000, transport.probe_until);
  CHECK(!transport_has_room(&transport, false) && !transport_has_room(&transport, true));
  probe->was_begun = true;
  CHECK(transport_has_room(&transport, false) && !transport_has_room(&transport, true));
  CHECK_NUMBER(CURLE_OK, transport_start(&transport, &request, &other, NULL));
  CHECK(transport.probe == probe);
  transport_finish(probe, CURLE_OPERATION_TIMEDOUT); /* it has shown nothing, and no other follows */
  CHECK(transport.probe == NULL && !transport.wants_probe);
  CHECK(transport_has_room(&transport, true));
  transport_close(&transport);
  server_close(&server);
}

static void releases_its_probe(void) {
  Server server;
  server_open(&server);
  Transport transport = open_for(HTTP_VERSION_1_1, false);
  const TransferRequest request = server_request(&server);
  Transfer *probe = NULL;
  transport.wants_probe = true;
  CHECK_NUMBER(CURLE_OK, transport_start(&transport, &request, &probe, NULL));
  transport_release(probe);
  CHECK(transport.probe == NULL && transport.wants_probe); /* the next one probes */
  CHECK_NUMBER(CURLE_OK, transport_start(&transport, &request, &probe, NULL));
  CHECK(transport.probe == probe);
  transport_close(&transport);
  server_close(&server);
}

UNIT(probe_unit, "http/transport, the probe",
     {"wants a probe if connections may be shared", wants_a_probe_where_connections_may_be_shared},
     {"makes others wait for the probe", makes_others_wait_for_the_probe},
     {"makes the next transfer the probe if the probe is released", releases_its_probe});
