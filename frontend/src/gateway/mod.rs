//! The client of the gateway that BuildKit serves on the frontend's stdin and stdout. Wire types end here.
