using Crm.Plugin.Commands;

return await CommandLine.RunAsync(args, Terminal.OfProcess());
