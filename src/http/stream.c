/*
** stream.c: streams bodies in pieces, so that a transfer needs little memory for any size.
**
** The response to a streamed request, and an error response, is received as a whole.
**
** libcurl's callbacks run no Lua. They read from one buffer and fill another. If the first is empty
** or the second full, they pause the transfer and queue the stream as ready: the owner of the
** transport then feeds it, or takes the received bytes.
*/
#include <string.h>

#include "http/transfer.h"

enum { OK = 200, PARTIAL_CONTENT = 206 };

size_t stream_send(char *data, size_t size, size_t count, void *context) {
  Transfer *transfer = context;
  Stream *stream = &transfer->stream;
  const size_t room = size * count;
  const size_t left = stream->input.length - stream->taken;
  if (left == 0) {
    stream->is_starved = true;
    transport_add_ready_stream(transfer);
    return CURL_READFUNC_PAUSE;
  }
  const size_t taken = left < room ? left : room;
  memcpy(data, stream->input.data + stream->taken, taken);
  stream->taken += taken;
  transport_restart_limit(transfer);
  return taken;
}

bool stream_receive(Transfer *transfer, const char *data, size_t length, size_t *result) {
  Stream *stream = &transfer->stream;
  const long status = transfer_status(transfer);
  if (stream->size >= 0 || (status != OK && status != PARTIAL_CONTENT)) return false;
  stream->has_begun = true;
  transport_add_ready_stream(transfer);
  if (transfer->response.length >= STREAM_PIECE) {
    stream->is_full = true;
    *result = CURL_WRITEFUNC_PAUSE;
    return true;
  }
  transport_restart_limit(transfer);
  *result = length;
  if (!buffer_append(&transfer->response, data, length)) {
    transfer->outcome = TRANSFER_NO_MEMORY;
    *result = 0;
  }
  return true;
}

CURLcode stream_prepare(Transfer *transfer, const TransferRequest *request) {
  Stream *stream = &transfer->stream;
  buffer_reset(&stream->input, 0);
  *stream = (Stream){.is_on = true, .size = request->stream_size};
  CURL *easy = transfer->easy;
  if (stream->size < 0) return request->decodes ? curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "") : CURLE_OK;
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, NULL); /* otherwise libcurl would assume that it can send the body again */
  curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, stream_send);
  curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
  return curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)stream->size);
}

size_t transfer_wanted(const Transfer *transfer) {
  return transfer->in_flight && transfer->stream.is_starved ? STREAM_PIECE : 0;
}

bool transfer_feed(Transfer *transfer, const char *bytes, size_t count) {
  Stream *stream = &transfer->stream;
  if (stream->taken == stream->input.length) {
    buffer_reset(&stream->input, (size_t)2 * STREAM_PIECE);
    stream->taken = 0;
  }
  if (!buffer_append(&stream->input, bytes, count)) return false;
  if (count == 0 || !stream->is_starved) return true;
  stream->is_starved = false;
  transport_resume(transfer);
  return true;
}

void transfer_take(Transfer *transfer, Buffer *buffer) {
  if (transfer->stream.has_begun) transfer_swap_body(transfer, buffer);
  if (!transfer->stream.is_full) return;
  transfer->stream.is_full = false;
  transport_resume(transfer);
}
