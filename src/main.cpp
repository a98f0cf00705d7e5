// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/app.hpp"

int main(int argc, char** argv) { return throughline::app::run(argc, argv); }
