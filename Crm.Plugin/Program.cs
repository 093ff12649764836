using Crm.Plugin.Commands;
using Crm.Plugin.Mirror.Syncing;

ProcessMemory.Share();
return await CommandLine.RunAsync(args, Terminal.OfProcess());
