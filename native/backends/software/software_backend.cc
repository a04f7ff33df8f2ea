#include "backends/software/software_backend.h"

#include "core/shared_page.h"

namespace uintr::software {

namespace {

class SoftwareReceiver final : public ReceiverBackend {
 public:
  Inbox open(int /*vector*/) override {
    SharedPage page = createPage("uintr-vector", PageAccess::HoldersWrite);
    const auto mapping = std::make_shared<os::Mapping>(std::move(page.mapping));
    auto* vectorPage = mapping->as<VectorPage>();
    vectorPage->upidOffset = upidOffsetOf(pages_++);
    return {
        .carrier = std::move(page.fd), .upid = {mapping, upidOf(*vectorPage)}, .wakesFutex = true};
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
  Upid* directUpid() noexcept override { return &upid_; }

 private:
  os::Mapping page_;
  Upid& upid_;
  std::uint64_t bit_;
};

class SoftwareBackend final : public Backend {
 public:
  BackendKind kind() const override { return BackendKind::Software; }
  std::string_view name() const override { return "software"; }
  bool isUsable() const override { return true; }

  std::unique_ptr<ReceiverBackend> openReceiver(const BackendOptions&) const override {
    return std::make_unique<SoftwareReceiver>();
  }

  // The carrier is the memory file of a vector page.
  std::unique_ptr<SenderBackend> openSender(int carrier, int vector,
                                            int /*vectorFd*/) const override {
    auto page = openPage(carrier, PageAccess::HoldersWrite);
    if (!page) return nullptr;
    Upid* upid = upidOf(*page->as<VectorPage>());
    if (upid == nullptr) return nullptr;
    return std::make_unique<SoftwareSender>(std::move(*page), *upid, vector);
  }

  // A page says nothing of its vector, and nothing wakes the receiver.
  int vectorOf(int /*bareCarrier*/) const override { return -1; }
};

}  // namespace

const Backend& backend() {
  static const SoftwareBackend software;
  return software;
}

}  // namespace uintr::software
