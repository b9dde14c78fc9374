// Sessions and servers of TensorFlow's distributed runtime, by its C API. Nothing here knows Node.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <tensorflow/c/c_api.h>

namespace flowerbed {

/** A graph and a session that runs it, here or on the servers of a cluster. */
struct Session {
  TF_Graph *graph = nullptr;
  TF_Session *session = nullptr;
  /** Runs that have not ended. */
  int running = 0;
};

/** One call of a session: what it is fed, what it fetches, and how it ended. Owns its tensors. */
struct Call {
  Session *session = nullptr;
  TF_Buffer *options = nullptr;
  int feeds = 0;
  TF_Output *feed_outputs = nullptr;
  TF_Tensor **feed_values = nullptr;
  int fetches = 0;
  TF_Output *fetch_outputs = nullptr;
  TF_Tensor **fetch_values = nullptr;
  TF_Status *status = nullptr;
};

struct Bytes {
  const void *data = nullptr;
  size_t length = 0;
};

/**
 * Starts this process's server of a cluster (a ServerDef of protocol buffers), which ends with the process: TensorFlow cannot
 * stop one. Returns the target of its sessions; null with the reason in `status`.
 */
const char *StartServer(Bytes server_def, TF_Status *status);

/** A session of a GraphDef with a ConfigProto, at a target or, with an empty one, in this process; null with the reason in `status`. */
Session *OpenSession(Bytes graph_def, Bytes config, const char *target, TF_Status *status);

/** Closes a session that nothing runs in, and frees it. */
void CloseSession(Session *session, TF_Status *status);

Call *NewCall(Session *session, Bytes options, int feeds, int fetches);
/** Finds an output of the graph by its node's name; false when there is none. */
bool FindOutput(const Session *session, const char *node, int index, TF_Output *output);
/** Blocks until the call has ended. */
void RunCall(Call *call);
void DeleteCall(Call *call);

}  // namespace flowerbed
