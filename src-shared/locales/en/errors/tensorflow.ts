import type { ErrorEntries } from './entries.ts'

const otherServer =
  'Name another server in PIP_INDEX_URL (for Electron in ELECTRON_MIRROR), or put the files into a folder and name it in FLOWERBED_OFFLINE_DIR.'

export const tensorflowErrors = {
  'tensorflow.redirects': {
    message: 'Too many redirects ({most}) from {address}',
    hint: otherServer,
  },
  'tensorflow.badRedirect': {
    message: '{host} redirects to something that is no address',
    hint: otherServer,
  },
  'tensorflow.redirectUnsafe': {
    message:
      '{host} leads from https to http, where others could read and change what is sent; this is not followed',
    hint: otherServer,
  },
  'tensorflow.redirectOtherKind': {
    message: '{host} leads to an address of another kind ({protocol}); this is not followed',
    hint: otherServer,
  },
  'tensorflow.diskFull': {
    message: 'The disk is full',
    hint: 'Free some space, or name another folder in FLOWERBED_CACHE_DIR.',
  },
  'tensorflow.downloadChecksum': {
    message: 'A downloaded file does not match its checksum; it was deleted',
    hint: 'Try again; if it happens again, the mirror or proxy changes files.',
  },
  'tensorflow.certificateFile': {
    message: 'The certificate file cannot be read: {file}',
    hint: 'Correct PIP_CERT, pip.conf, SSL_CERT_FILE, NODE_EXTRA_CA_CERTS or REQUESTS_CA_BUNDLE.',
  },
  'tensorflow.proxyUnusable': {
    message: 'This proxy cannot be used: {proxy}',
    hint: 'Give it as http://host:port.',
  },
  'tensorflow.notAnAddress': {
    message: 'This is no http or https address: {address}',
    hint: 'Correct PIP_INDEX_URL or pip.conf.',
  },
  'tensorflow.cancelled': { message: 'Cancelled' },
  'tensorflow.noneForPlatform': {
    message: 'There is no TensorFlow ({variant}) for {platform}.',
    hint: 'Point FLOWERBED_TF_DIR at one that you have.',
  },
  'tensorflow.packageDownloadFailed': {
    message: 'TensorFlow could not be downloaded by the installer of tfjs-node-gpu.',
    hint: 'Check that storage.googleapis.com can be reached, or point FLOWERBED_TF_DIR at a TensorFlow that you have.',
  },
  'tensorflow.indexPageInvalid': {
    message: 'The package index answered with an invalid index page',
    hint: 'Check PIP_INDEX_URL: it ends with /simple/ for most servers.',
  },
  'tensorflow.indexAnswerEnded': {
    message: 'The package index ended the connection before the end of its answer',
    hint: 'Try again.',
  },
  'tensorflow.noneInFolder': {
    message: 'FLOWERBED_TF_DIR holds no TensorFlow: {folder}',
    hint: "Point it at pip's site-packages/tensorflow (with {libraries}) or at a Flowerbed runtime folder, or unset it.",
  },
  'tensorflow.noBindingForPip': {
    message: 'There is no binding for a pip-installed TensorFlow on {platform}',
    hint: 'Unset FLOWERBED_TF_DIR.',
  },
  'tensorflow.noRoom': {
    message: 'TensorFlow needs {needed} and {free} are free.',
    hint: 'Free some space, or name a folder on another disk in FLOWERBED_CACHE_DIR.',
  },
  'tensorflow.noBinding': { message: 'There is no binding for {platform}.' },
  'tensorflow.variantNotInstalled': { message: 'TensorFlow ({variant}) is not installed.' },
  'tensorflow.notOurs': {
    message: 'This TensorFlow was not installed by Flowerbed.',
    hint: 'Unset FLOWERBED_TF_DIR to leave it out.',
  },
  'tensorflow.notInstalled': {
    message: 'TensorFlow is not installed',
    hint: 'Install it under Settings → Compute, or with `npm run setup` in a checkout.',
  },
  'tensorflow.noChecksum': { message: 'There is no checksum for {file}.' },
  'tensorflow.noIndexHas': {
    message: 'No package index has {file}.',
    hint: 'Name a mirror of PyPI in PIP_INDEX_URL, or put that file into a folder and name it in FLOWERBED_OFFLINE_DIR.',
  },
  'tensorflow.checksum': {
    message: '{file} does not match its checksum.',
    hint: 'Try again; if it happens again, the mirror, the proxy or the file in the offline folder is damaged.',
  },
  'tensorflow.installing': { message: 'TensorFlow is being installed already.' },
  'tensorflow.downloadRefused': { message: 'The download failed: {reason}' },
  'tensorflow.downloadFailed': {
    message: 'The download failed: {reason}',
    hint: 'Try again: it resumes where it stopped. Behind a proxy set HTTPS_PROXY, for a mirror PIP_INDEX_URL, without a network FLOWERBED_OFFLINE_DIR.',
  },
  'tensorflow.unreachable': {
    message: 'Cannot reach {server}: {reason}',
    hint: 'Check the network; behind a proxy set HTTPS_PROXY, for a mirror PIP_INDEX_URL, without a network FLOWERBED_OFFLINE_DIR.',
  },
  'tensorflow.certificateRefused': {
    message: 'Cannot reach {server}: {reason}',
    hint: 'Name your network’s certificate bundle in PIP_CERT (or SSL_CERT_FILE).',
  },
  'tensorflow.serverThroughProxy': { message: '{server} through the proxy {proxy}' },
  'tensorflow.indexAnswered': {
    message: 'The package index answered {status}',
    hint: 'Try again later, or name another index in PIP_INDEX_URL.',
  },
  'tensorflow.indexNeedsUser': {
    message: 'The package index answered {status}',
    hint: 'Put user and password into PIP_INDEX_URL (https://user:password@host/…).',
  },
  'tensorflow.otherDevice': {
    message: 'TensorFlow already runs on {device} in this process',
    hint: 'Start the engine again to change the device.',
  },
  'tensorflow.notThreads': {
    message: 'FLOWERBED_THREADS is “{setting}”, not a number of threads.',
    hint: 'Set it to a positive integer, or unset it.',
  },
  'tensorflow.cannotLoad': { message: 'TensorFlow cannot be loaded, so training is not possible.' },
  'tensorflow.gpuUnused': {
    message: 'TensorFlow could not use {gpu}',
    hint: 'Install TensorFlow for NVIDIA GPUs again under Settings → Compute, or choose the device “cpu”. With TF_CPP_MIN_LOG_LEVEL=0 in the environment TensorFlow logs the reason.',
  },
  'tensorflow.gpuDoesNotStart': {
    message: 'TensorFlow could not start on {gpu}: {reason}',
    hint: 'Close other programs that use the GPU, or choose the device “cpu”. With TF_CPP_MIN_LOG_LEVEL=0 in the environment TensorFlow logs the reason.',
  },
  'tensorflow.gpuWithMemoryDoesNotStart': {
    message: 'TensorFlow could not start on {gpu} ({free} of {all} are free): {reason}',
    hint: 'Close other programs that use the GPU, or choose the device “cpu”. With TF_CPP_MIN_LOG_LEVEL=0 in the environment TensorFlow logs the reason.',
  },
  'tensorflow.deviceObstacle': {
    message: '{problem}.',
    hint: '{remedy} Or choose the device “auto” or “cpu”.',
  },

  'memory.gpuFull': {
    message: 'The GPU has too little memory: {free} are free.',
    hint: 'Take fewer images per step (batch), switch on gradient checkpointing (checkpointing), or take a smaller width (hidden) or smaller images, close other programs that use the GPU, or choose the device “cpu”.',
  },
  'memory.gpuLacks': {
    message: 'The GPU has too little memory: {requested} more were requested, and {free} are free.',
    hint: 'Take fewer images per step (batch), switch on gradient checkpointing (checkpointing), or take a smaller width (hidden) or smaller images, close other programs that use the GPU, or choose the device “cpu”.',
  },
  'memory.machineFull': {
    message: 'This machine has too little memory: {free} are free.',
    hint: 'Take fewer images per step (batch), switch on gradient checkpointing (checkpointing), or take a smaller width (hidden) or smaller images, or close other programs.',
  },
  'memory.machineLacks': {
    message: 'This machine has too little memory: {requested} more were requested, and {free} are free.',
    hint: 'Take fewer images per step (batch), switch on gradient checkpointing (checkpointing), or take a smaller width (hidden) or smaller images, or close other programs.',
  },
  'tensorflow.inUse': { message: '“{run}” is training with it.', hint: 'Pause or stop it first.' },
} as const satisfies ErrorEntries
