"""A phone made of paper: a screen drawn by Chromium behind the real ADB protocol; `adb` takes it for a device."""
