import TFCCommands

CommandLineTool.main(CommandLine.arguments)
