// SPDX-License-Identifier: BSD-3-Clause
/// Publishing results: a reader never sees half a file or half a result folder.
///
///   <folder>/<name>                          a result, complete
///   <folder>/.work-<name>/result-<process>   the same in the making, by whoever holds the lock of <name> (lock.hpp)
///   <folder>/.work-<name>/...                what helps to go on after an interruption; never published
///   <folder>/.damaged-<name>-<n>             a result that was found damaged
///
/// A lock that was broken has two at work on a result. Each makes it in a folder of its own, which the others leave
/// alone while its process may live; the first one's is published.
#pragma once

#include <memory>
#include <store/dataset.hpp>
#include <string_view>

struct evp_md_ctx_st;  // OpenSSL's EVP_MD_CTX

namespace reverie::store {

/// SHA-256 of bytes that come in parts.
class Sha256 {
 public:
  Sha256();
  void add(std::string_view bytes);
  std::string hex();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// Hex SHA-256 of bytes or of a file.
std::string sha256(std::string_view bytes);
std::string sha256_file(const std::filesystem::path& file);

/// Writes a text file by temporary, fsync, rename. DataError names an unwritable place.
void write_file_atomically(const std::filesystem::path& file, std::string_view contents);
std::string read_file(const std::filesystem::path& file);

/// Where this process makes a result before it is published.
std::filesystem::path work_folder(const std::filesystem::path& result);
/// Of a work folder's entries: what a process that is gone made of a result or was writing.
bool is_dead_work(const std::filesystem::path& entry);
std::filesystem::path unpublished(const std::filesystem::path& result);

/// Makes both, the latter empty; the rest of the work folder stays as an earlier attempt left it, but for what
/// processes that are gone had made of a result.
void open_work_folder(const std::filesystem::path& result);

/// After an attempt that is not published: removes what this process, and any that is gone, made of a result, and the
/// work folder if nothing else is in it.
void close_work_folder(const std::filesystem::path& result);

/// Removes what is in the work folder, and it, but for what others that may be at work there make of a result.
void remove_work_folder(const std::filesystem::path& result);

/// Brings what was made to the disk (fsync of every file), renames it to `result` and removes the work folder. A result
/// that is there already, of another worker, stays, and what was made is dropped: equal work gives equal bytes. With
/// `replace` it is replaced at once: a reader finds the one or the other.
void publish(const std::filesystem::path& result, bool replace = false);

/// Moves a result out of the way; returns where to.
std::filesystem::path set_aside(const std::filesystem::path& result);

}  // namespace reverie::store
