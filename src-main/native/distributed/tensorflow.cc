#include "tensorflow.h"

#include <stdlib.h>

namespace flowerbed {

namespace {

/** Zeroed memory; the process ends without it, as it does for any other small allocation. */
template <typename T>
T *NewArray(int count) {
  void *memory = calloc(count > 0 ? static_cast<size_t>(count) : 1, sizeof(T));
  if (memory == nullptr) abort();
  return static_cast<T *>(memory);
}

bool Failed(const TF_Status *status) { return TF_GetCode(status) != TF_OK; }

}  // namespace

const char *StartServer(Bytes server_def, TF_Status *status) {
  TF_Server *server = TF_NewServer(server_def.data, server_def.length, status);
  if (Failed(status)) return nullptr;
  TF_ServerStart(server, status);
  return Failed(status) ? nullptr : TF_ServerTarget(server);
}

Session *OpenSession(Bytes graph_def, Bytes config, const char *target, TF_Status *status) {
  Session *opened = NewArray<Session>(1);
  opened->graph = TF_NewGraph();
  TF_ImportGraphDefOptions *import = TF_NewImportGraphDefOptions();
  TF_Buffer *buffer = TF_NewBufferFromString(graph_def.data, graph_def.length);
  TF_GraphImportGraphDef(opened->graph, buffer, import, status);
  TF_DeleteBuffer(buffer);
  TF_DeleteImportGraphDefOptions(import);
  if (!Failed(status)) {
    TF_SessionOptions *options = TF_NewSessionOptions();
    TF_SetTarget(options, target);
    TF_SetConfig(options, config.data, config.length, status);
    if (!Failed(status)) opened->session = TF_NewSession(opened->graph, options, status);
    TF_DeleteSessionOptions(options);
  }
  if (!Failed(status)) return opened;
  TF_DeleteGraph(opened->graph);
  free(opened);
  return nullptr;
}

void CloseSession(Session *session, TF_Status *status) {
  TF_CloseSession(session->session, status);
  TF_Status *deleted = TF_NewStatus();
  TF_DeleteSession(session->session, deleted);
  TF_DeleteStatus(deleted);
  TF_DeleteGraph(session->graph);
  free(session);
}

Call *NewCall(Session *session, Bytes options, int feeds, int fetches) {
  Call *call = NewArray<Call>(1);
  call->session = session;
  call->options = TF_NewBufferFromString(options.data, options.length);
  call->feeds = feeds;
  call->feed_outputs = NewArray<TF_Output>(feeds);
  call->feed_values = NewArray<TF_Tensor *>(feeds);
  call->fetches = fetches;
  call->fetch_outputs = NewArray<TF_Output>(fetches);
  call->fetch_values = NewArray<TF_Tensor *>(fetches);
  call->status = TF_NewStatus();
  return call;
}

bool FindOutput(const Session *session, const char *node, int index, TF_Output *output) {
  TF_Operation *operation = TF_GraphOperationByName(session->graph, node);
  if (operation == nullptr || index < 0 || index >= TF_OperationNumOutputs(operation)) return false;
  *output = {operation, index};
  return true;
}

void RunCall(Call *call) {
  TF_SessionRun(call->session->session, call->options, call->feed_outputs, call->feed_values, call->feeds,
                call->fetch_outputs, call->fetch_values, call->fetches, nullptr, 0, nullptr, call->status);
}

void DeleteCall(Call *call) {
  for (int i = 0; i < call->feeds; i++)
    if (call->feed_values[i] != nullptr) TF_DeleteTensor(call->feed_values[i]);
  for (int i = 0; i < call->fetches; i++)
    if (call->fetch_values[i] != nullptr) TF_DeleteTensor(call->fetch_values[i]);
  free(call->feed_outputs);
  free(call->feed_values);
  free(call->fetch_outputs);
  free(call->fetch_values);
  TF_DeleteBuffer(call->options);
  TF_DeleteStatus(call->status);
  free(call);
}

}  // namespace flowerbed
