// The module as Node sees it (src-main/engine/backend/distributed.ts has its types). Errors are `Error` whose `code` is
// TensorFlow's number of the kind of error.
#include <node_api.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <new>

#include "tensorflow.h"

namespace {

using flowerbed::Bytes;
using flowerbed::Call;
using flowerbed::Session;

napi_value StatusError(napi_env env, const TF_Status *status) {
  char number[12];
  snprintf(number, sizeof number, "%d", static_cast<int>(TF_GetCode(status)));
  napi_value code, message, error;
  napi_create_string_utf8(env, number, NAPI_AUTO_LENGTH, &code);
  napi_create_string_utf8(env, TF_Message(status), NAPI_AUTO_LENGTH, &message);
  napi_create_error(env, code, message, &error);
  return error;
}

napi_value Undefined(napi_env env) {
  napi_value undefined;
  napi_get_undefined(env, &undefined);
  return undefined;
}

napi_value TypeError(napi_env env, const char *message) {
  napi_throw_type_error(env, nullptr, message);
  return nullptr;
}

/** The bytes of a typed array of any type; false for another value. */
bool BytesOf(napi_env env, napi_value value, Bytes *bytes) {
  bool is_typed = false;
  if (napi_is_typedarray(env, value, &is_typed) != napi_ok || !is_typed) return false;
  napi_typedarray_type type;
  size_t length = 0;
  void *data = nullptr;
  if (napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr) != napi_ok) return false;
  const bool is_byte = type == napi_int8_array || type == napi_uint8_array || type == napi_uint8_clamped_array;
  const bool is_wide = type == napi_int32_array || type == napi_uint32_array || type == napi_float32_array;
  if (!is_byte && !is_wide) return false;
  *bytes = {data, is_byte ? length : 4 * length};
  return true;
}

/** A string, which the caller frees; null for another value. */
char *StringOf(napi_env env, napi_value value) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) return nullptr;
  char *text = static_cast<char *>(malloc(length + 1));
  if (text != nullptr) napi_get_value_string_utf8(env, value, text, length + 1, &length);
  return text;
}

Session **SessionOf(napi_env env, napi_value value) {
  void *data = nullptr;
  return napi_get_value_external(env, value, &data) == napi_ok ? static_cast<Session **>(data) : nullptr;
}

napi_value ElementOf(napi_env env, napi_value array, uint32_t index) {
  napi_value element;
  return napi_get_element(env, array, index, &element) == napi_ok ? element : Undefined(env);
}

/** startServer(serverDef) → the target of its sessions. */
napi_value StartServer(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value given[1] = {};
  Bytes definition;
  if (napi_get_cb_info(env, info, &count, given, nullptr, nullptr) != napi_ok || !BytesOf(env, given[0], &definition))
    return TypeError(env, "startServer needs the bytes of a ServerDef");
  TF_Status *status = TF_NewStatus();
  const char *target = flowerbed::StartServer(definition, status);
  napi_value result = nullptr;
  if (target == nullptr) napi_throw(env, StatusError(env, status));
  else napi_create_string_utf8(env, target, NAPI_AUTO_LENGTH, &result);
  TF_DeleteStatus(status);
  return result;
}

/** openSession(graphDef, config, target) → a session. */
napi_value OpenSession(napi_env env, napi_callback_info info) {
  size_t count = 3;
  napi_value given[3] = {};
  Bytes graph, config;
  if (napi_get_cb_info(env, info, &count, given, nullptr, nullptr) != napi_ok || !BytesOf(env, given[0], &graph) ||
      !BytesOf(env, given[1], &config))
    return TypeError(env, "openSession needs the bytes of a GraphDef and of a ConfigProto, and a target");
  char *target = StringOf(env, given[2]);
  if (target == nullptr) return TypeError(env, "openSession needs a target");
  TF_Status *status = TF_NewStatus();
  Session *session = flowerbed::OpenSession(graph, config, target, status);
  free(target);
  napi_value result = nullptr;
  if (session == nullptr) napi_throw(env, StatusError(env, status));
  else {
    // The holder outlives the session, so that a closed one is recognised.
    Session **holder = new (malloc(sizeof(Session *))) Session *(session);
    napi_create_external(env, holder, [](napi_env, void *data, void *) { free(data); }, nullptr, &result);
  }
  TF_DeleteStatus(status);
  return result;
}

/** A feed is [node, index, dtype, shape, values]. */
bool SetFeed(napi_env env, napi_value feed, Call *call, int at) {
  char *node = StringOf(env, ElementOf(env, feed, 0));
  if (node == nullptr) return false;
  int32_t index = 0, type = 0;
  napi_get_value_int32(env, ElementOf(env, feed, 1), &index);
  napi_get_value_int32(env, ElementOf(env, feed, 2), &type);
  const bool found = flowerbed::FindOutput(call->session, node, index, &call->feed_outputs[at]);
  free(node);
  uint32_t rank = 0;
  napi_value shape = ElementOf(env, feed, 3);
  Bytes values;
  constexpr uint32_t kMaxRank = 8;
  int64_t sides[kMaxRank];
  if (!found || napi_get_array_length(env, shape, &rank) != napi_ok || rank > kMaxRank ||
      !BytesOf(env, ElementOf(env, feed, 4), &values))
    return false;
  size_t size = TF_DataTypeSize(static_cast<TF_DataType>(type));
  for (uint32_t i = 0; i < rank; i++) {
    napi_get_value_int64(env, ElementOf(env, shape, i), &sides[i]);
    size *= static_cast<size_t>(sides[i]);
  }
  if (size != values.length) return false;
  TF_Tensor *tensor = TF_AllocateTensor(static_cast<TF_DataType>(type), sides, static_cast<int>(rank), size);
  if (tensor == nullptr) return false;
  memcpy(TF_TensorData(tensor), values.data, size);
  call->feed_values[at] = tensor;
  return true;
}

/** A fetch is [node, index]. */
bool SetFetch(napi_env env, napi_value fetch, Call *call, int at) {
  char *node = StringOf(env, ElementOf(env, fetch, 0));
  if (node == nullptr) return false;
  int32_t index = 0;
  napi_get_value_int32(env, ElementOf(env, fetch, 1), &index);
  const bool found = flowerbed::FindOutput(call->session, node, index, &call->fetch_outputs[at]);
  free(node);
  return found;
}

/** The call that (session, options, feeds, fetches) describe; null after throwing. */
Call *CallOf(napi_env env, napi_callback_info info) {
  size_t count = 4;
  napi_value given[4] = {};
  Bytes options;
  uint32_t feeds = 0, fetches = 0;
  if (napi_get_cb_info(env, info, &count, given, nullptr, nullptr) != napi_ok || !BytesOf(env, given[1], &options) ||
      napi_get_array_length(env, given[2], &feeds) != napi_ok || napi_get_array_length(env, given[3], &fetches) != napi_ok) {
    napi_throw_type_error(env, nullptr, "run needs a session, the bytes of RunOptions, feeds and fetches");
    return nullptr;
  }
  Session **session = SessionOf(env, given[0]);
  if (session == nullptr || *session == nullptr) {
    napi_throw_type_error(env, nullptr, "run needs a session that is open");
    return nullptr;
  }
  Call *call = flowerbed::NewCall(*session, options, static_cast<int>(feeds), static_cast<int>(fetches));
  bool valid = true;
  for (uint32_t i = 0; valid && i < feeds; i++)
    valid = SetFeed(env, ElementOf(env, given[2], i), call, static_cast<int>(i));
  for (uint32_t i = 0; valid && i < fetches; i++)
    valid = SetFetch(env, ElementOf(env, given[3], i), call, static_cast<int>(i));
  if (valid) return call;
  flowerbed::DeleteCall(call);
  napi_throw_type_error(env, nullptr, "run was given a feed or a fetch that the graph does not have in this shape");
  return nullptr;
}

napi_value ToTypedArray(napi_env env, TF_Tensor *tensor) {
  const size_t bytes = TF_TensorByteSize(tensor);
  const TF_DataType type = TF_TensorType(tensor);
  void *data = nullptr;
  napi_value buffer, result;
  if (napi_create_arraybuffer(env, bytes, &data, &buffer) != napi_ok) return Undefined(env);
  if (bytes > 0) memcpy(data, TF_TensorData(tensor), bytes);
  const napi_typedarray_type kind =
      type == TF_FLOAT ? napi_float32_array : type == TF_INT32 ? napi_int32_array : napi_uint8_array;
  napi_create_typedarray(env, kind, kind == napi_uint8_array ? bytes : bytes / 4, buffer, 0, &result);
  return result;
}

/** The fetched values as an array of typed arrays. */
napi_value ToResults(napi_env env, Call *call) {
  napi_value results;
  napi_create_array_with_length(env, static_cast<size_t>(call->fetches), &results);
  for (int i = 0; i < call->fetches; i++)
    napi_set_element(env, results, static_cast<uint32_t>(i), ToTypedArray(env, call->fetch_values[i]));
  return results;
}

/** runNow(session, options, feeds, fetches) → the fetched values; blocks. */
napi_value RunNow(napi_env env, napi_callback_info info) {
  Call *call = CallOf(env, info);
  if (call == nullptr) return nullptr;
  flowerbed::RunCall(call);
  napi_value result = nullptr;
  if (TF_GetCode(call->status) == TF_OK) result = ToResults(env, call);
  else napi_throw(env, StatusError(env, call->status));
  flowerbed::DeleteCall(call);
  return result;
}

/** What a thread does for a promise. */
struct Work {
  napi_threadsafe_function settle = nullptr;
  napi_deferred deferred = nullptr;
  /** A call, or the session to close. */
  Call *call = nullptr;
  Session *closing = nullptr;
};

void *DoWork(void *data) {
  Work *work = static_cast<Work *>(data);
  if (work->call != nullptr) flowerbed::RunCall(work->call);
  else {
    // A session whose server has ended is closed by that: the status says nothing.
    TF_Status *status = TF_NewStatus();
    flowerbed::CloseSession(work->closing, status);
    TF_DeleteStatus(status);
  }
  napi_threadsafe_function settle = work->settle;
  if (napi_call_threadsafe_function(settle, work, napi_tsfn_blocking) == napi_ok)
    napi_release_threadsafe_function(settle, napi_tsfn_release);
  return nullptr;
}

/** Runs in Node's thread when the work is done. Without `env` the process is ending. */
void Settle(napi_env env, napi_value, void *, void *data) {
  Work *work = static_cast<Work *>(data);
  Call *call = work->call;
  if (env != nullptr) {
    if (call == nullptr) napi_resolve_deferred(env, work->deferred, Undefined(env));
    else if (TF_GetCode(call->status) == TF_OK) napi_resolve_deferred(env, work->deferred, ToResults(env, call));
    else napi_reject_deferred(env, work->deferred, StatusError(env, call->status));
  }
  if (call != nullptr) {
    call->session->running--;
    flowerbed::DeleteCall(call);
  }
  free(work);
}

/**
 * Does the work in a thread of its own, for which the process does not wait at its end: TensorFlow tries a call to a server that
 * is gone again and again, and in Node's pool of threads it would keep the process from ending.
 */
napi_value Start(napi_env env, Work *work) {
  napi_value promise, name;
  napi_create_promise(env, &work->deferred, &promise);
  napi_create_string_utf8(env, "flowerbed.session", NAPI_AUTO_LENGTH, &name);
  napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, nullptr, Settle, &work->settle);
  napi_unref_threadsafe_function(env, work->settle);
  pthread_t thread;
  if (pthread_create(&thread, nullptr, DoWork, work) == 0) pthread_detach(thread);
  else DoWork(work);
  return promise;
}

Work *NewWork() { return new (malloc(sizeof(Work))) Work(); }

/** run(session, options, feeds, fetches) → a promise of the fetched values, for which the event loop does not wait. */
napi_value Run(napi_env env, napi_callback_info info) {
  Call *call = CallOf(env, info);
  if (call == nullptr) return nullptr;
  call->session->running++;
  Work *work = NewWork();
  work->call = call;
  return Start(env, work);
}

/** close(session) → a promise; a closed session is left alone. */
napi_value Close(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value given[1] = {};
  napi_get_cb_info(env, info, &count, given, nullptr, nullptr);
  Session **holder = SessionOf(env, given[0]);
  if (holder == nullptr) return TypeError(env, "close needs a session");
  if (*holder == nullptr) return Undefined(env);
  if ((*holder)->running > 0) return TypeError(env, "close was called while the session runs");
  Work *work = NewWork();
  work->closing = *holder;
  *holder = nullptr;
  return Start(env, work);
}

void Export(napi_env env, napi_value exports, const char *name, napi_callback callback) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
  napi_set_named_property(env, exports, name, function);
}

}  // namespace

NAPI_MODULE_INIT() {
  Export(env, exports, "startServer", StartServer);
  Export(env, exports, "openSession", OpenSession);
  Export(env, exports, "run", Run);
  Export(env, exports, "runNow", RunNow);
  Export(env, exports, "close", Close);
  return exports;
}
