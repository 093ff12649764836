using Crm.Plugin.Commands;
using Crm.Plugin.Storage;

ProcessMemory.Share();
return await CommandLine.RunAsync(args, Terminal.OfProcess());
