/*
** Tests of src/http/connection_pool.c.
*/
#include "http/connection_pool.h"

#include "host.h"
#include "server.h"

static void has_one_pool_of_a_kind(void) {
  Transport transport;
  server_open_transport(&transport);
  ConnectionPool *main = pool_current(&transport, POOL_MAIN), *large = pool_current(&transport, POOL_LARGE_BODIES);
  CHECK(main != NULL && large != NULL && main != large);
  CHECK(pool_current(&transport, POOL_MAIN) == main && pool_current(&transport, POOL_LARGE_BODIES) == large);
  CHECK(transport.pools == large && large->next == main && main->next == NULL);
  CHECK(main->transport == &transport && main->multi != NULL);
  transport_close(&transport);
  CHECK(transport.pools == NULL);
}

static void replaces_a_retired_pool(void) {
  Transport transport;
  server_open_transport(&transport);
  ConnectionPool *main = pool_current(&transport, POOL_MAIN), *large = pool_current(&transport, POOL_LARGE_BODIES);
  pool_retire(main);
  CHECK(main->is_retired && !large->is_retired);
  CHECK(transport.current_pools[POOL_MAIN] == NULL && transport.current_pools[POOL_LARGE_BODIES] == large);
  ConnectionPool *next = pool_current(&transport, POOL_MAIN);
  CHECK(next != main && !next->is_retired);
  pool_retire(large);
  CHECK(transport.current_pools[POOL_LARGE_BODIES] == NULL && transport.current_pools[POOL_MAIN] == next);
  transport_close(&transport);
}

static void closes_retired_pools_without_transfers(void) {
  Transport transport;
  server_open_transport(&transport);
  ConnectionPool *first = pool_current(&transport, POOL_MAIN);
  pool_retire(first);
  ConnectionPool *busy = pool_current(&transport, POOL_MAIN);
  pool_retire(busy);
  ConnectionPool *current = pool_current(&transport, POOL_MAIN);
  busy->in_flight = 1;
  pools_close_retired(&transport);
  CHECK(transport.pools == current && current->next == busy && busy->next == NULL);
  busy->in_flight = 0;
  pools_close_retired(&transport);
  CHECK(transport.pools == current && current->next == NULL);
  transport_close(&transport);
}

static void has_a_timer(void) {
  Transport transport;
  server_open_transport(&transport);
  ConnectionPool *pool = pool_current(&transport, POOL_MAIN);
  CHECK(pool_timer(pool) < 0); /* it is idle */
  pool->new_transfers = 1;
  CHECK_NUMBER(0, pool_timer(pool));
  pool->new_transfers = 0;
  CHECK(pool_timer(pool) < 0);
  transport_close(&transport);
}

UNIT(connection_pool_unit, "http/connection_pool", {"exists once for each kind", has_one_pool_of_a_kind},
     {"is replaced when it is retired", replaces_a_retired_pool},
     {"is closed when it is retired and has no transfers", closes_retired_pools_without_transfers},
     {"has something to do at once if a transfer is new", has_a_timer});
