"""The whole stack on one machine: emulator, build, deploy, tokens and the SMS inbox."""
