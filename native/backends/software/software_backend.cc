#include "backends/software/software_backend.h"

#include "core/shared_page.h"

namespace uintr::software {

namespace {

class SoftwareReceiver final : public ReceiverBackend {
 public:
  BackendKind kind() const override { return BackendKind::Software; }

  Inbox open(int /*vector*/) override {
    PageFile file = createPage("uintr-vector", PageAccess::HoldersWrite);
    const auto mapping = std::make_shared<os::Mapping>(std::move(file.mapping));
    auto* page = mapping->as<VectorPage>();
    page->upidOffset = upidOffsetOf(pages_++);
    return {.carrier = std::move(file.fd), .upid = {mapping, upidOf(*page)}, .wakesFutex = true};
  }

  // park() and raise() are full barriers on the same memory: nothing is ever in flight.
  bool fence() override { return true; }

  void stui() override { uif_ = true; }
  void clui() override { uif_ = false; }
  bool testui() override { return uif_; }

 private:
  bool uif_ = true;
  std::uint32_t pages_ = 0;
};

class SoftwareSender final : public SenderBackend {
 public:
  SoftwareSender(os::Mapping page, Upid& upid, int vector)
      : page_(std::move(page)), upid_(upid), bit_(bitOf(vector)) {}

  void raise() noexcept override { uintr::raise(upid_, bit_); }
  Upid& upid() noexcept override { return upid_; }
  Upid* openUpid() noexcept override { return &upid_; }

 private:
  os::Mapping page_;
  Upid& upid_;
  std::uint64_t bit_;
};

}  // namespace

std::unique_ptr<ReceiverBackend> createReceiver() {
  return std::make_unique<SoftwareReceiver>();
}

std::unique_ptr<SenderBackend> createSender(int carrier, int vector) {
  auto page = openPage(carrier, PageAccess::HoldersWrite);
  if (!page) return nullptr;
  Upid* upid = upidOf(*page->as<VectorPage>());
  if (upid == nullptr) return nullptr;
  return std::make_unique<SoftwareSender>(std::move(*page), *upid, vector);
}

}  // namespace uintr::software
