// Package arrival says when requests are intended to be sent: arrival processes as pure functions
// of a [Shape], a mean [Rate], a duration and a stream of random numbers.
//
// A shape is the picture of a day (a month, an event) as a piecewise-linear curve. A process lays the
// whole curve over the duration of the run, however short, and scales it so that the mean rate over
// the duration is the requested one: a day may be compressed into a minute, and its busiest minute
// is then as much busier than the mean as the busiest hour of the day.
//
// Everything is integer arithmetic, so a process yields the same times on every architecture.
//
// # Shapes
//
// These are the shapes that scenario files may name, as [Shape.Describe] draws them: the rate over the span in
// [Heights] of equal columns, the parameters and the source. A corner 450@16h means a relative rate of 450 at that
// time; between two corners the rate is linear. A tall column of "deadline" or "flash" leaves the others at an
// eighth of a line, which stands for any rate that is not zero.
//
//	poisson: independent arrivals at a constant rate
//
//	████████████████████████████████████████████████
//	████████████████████████████████████████████████
//	████████████████████████████████████████████████
//	0           15m         30m         45m         1h
//
//	span 1h, random, busiest moment 1 times the mean
//	rate at time: 1@0 1@1h
//	source: superposition of many independent rare users (Palm-Khintchine
//	theorem)
//
//	paced: evenly spaced at a constant rate, nothing random
//
//	████████████████████████████████████████████████
//	████████████████████████████████████████████████
//	████████████████████████████████████████████████
//	0           15m         30m         45m         1h
//
//	span 1h, evenly spaced, busiest moment 1 times the mean
//	rate at time: 1@0 1@1h
//	source: none needed: a reference load, for measurements that must be
//	free of chance
//
//	office: a working day: a hump in the morning, a broader one after lunch
//
//	                  ▁▇█▃        ▁
//	                 ▂████▆▁    ▃██▆▂
//	                ▃███████▄▂▂▅█████▆▂
//	0           6h          12h         18h         24h
//
//	span 24h, random, busiest moment 6.1 times the mean
//	rate at time: 0@0 0@8h 1000@10h 450@11h30m 50@12h30m 100@13h30m 700@15h
//	450@16h 0@17h30m 0@24h
//	source: assumed: two humps inside office hours; that work follows
//	working days is published (183,300 new firms in 2018 at 790.26 a day are
//	232 days: http://bjzpark.spotlightbeijing.com/2019-03/04/c_444047.htm)
//
//	day: residents by day and evening
//
//	                  ▆█▃
//	                 ▆███▇▂                ▁▂▂
//	▁▁▁▁▁▁▁▁▁▁▁▁▁▁▂▂▇██████▇▇▆▅▄▄▄▅▅▅▅▆▆▆▆▇████▇▆▄▃▂
//	0           6h          12h         18h         24h
//
//	span 24h, random, busiest moment 4.6 times the mean
//	rate at time: 40@0 0@6h 100@8h 1000@9h30m 300@11h30m 150@14h 250@19h
//	400@20h30m 40@24h
//	source: assumed: most by day, a second broad hump in the evening from
//	mobile phones
//
//	commute: three peaks: morning, noon and evening
//
//	               ██
//	               ██▁      ▂           ▇▆
//	              ████▂▂▂▂▂▃█▃▂▂▂▂▂▂▂▂▂▆██▅▁▁▁▁▁▁▁▁▁
//	0           6h          12h         18h         24h
//
//	span 24h, random, busiest moment 10.2 times the mean
//	rate at time: 0@0 0@7h 1000@8h 50@9h 50@11h45m 400@12h15m 50@12h45m
//	50@17h30m 600@18h30m 30@19h30m 0@24h
//	source: three peaks a day are published for the Guangzhou health code,
//	June 2021 (http://wangpao.net/show.asp?id=5095); assumed: their hours,
//	widths and heights
//
//	stream: round the clock with a quiet night
//
//	                     ██
//	                    ▆██▇▂▂▁▁▁
//	▂▁▁▁▁▁      ▁▂▃▄▅▆▇█████████████▇▇▇▆▆▆▆▅▅▄▄▄▃▃▂▂
//	0           6h          12h         18h         24h
//
//	span 24h, random, busiest moment 5.2 times the mean
//	rate at time: 60@0 0@3h 0@6h 300@10h 1000@11h 350@12h 200@19h 60@24h
//	source: a service of 24 hours is published for the 12345 hotline, with
//	600 to 700 of 1,700 operators on duty at the peak
//	(https://bastillepost.com/global/article/4418177-beijing-service-hotline-further-improves-modern-governance);
//	assumed: the curve
//
//	batch: a nightly batch between one and four o'clock, little otherwise
//
//	  ▂███▂
//	  █████
//	  █████▆
//	0           6h          12h         18h         24h
//
//	span 24h, random, busiest moment 10.1 times the mean
//	rate at time: 0@0 0@1h 1000@1h15m 1000@3h 0@4h 0@24h
//	source: assumed: departments synchronise when nobody waits for them
//
//	holiday: a public holiday: one hump from morning to noon
//
//	                   ▆█▅▃
//	                 ▁██████▆▄▂
//	                ▃███████████▆▄▂▂▁▁
//	0           6h          12h         18h         24h
//
//	span 24h, random, busiest moment 6.4 times the mean
//	rate at time: 0@0 0@8h 1000@10h 600@12h 100@15h 0@17h 0@24h
//	source: assumed: visitors arrive before noon
//
//	deadline: two weeks that end with a deadline
//
//	                                              █▃
//	                                             ▇██
//	▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▂███
//	0           3d12h       7d          10d12h      14d
//
//	span 14d, random, busiest moment 19.2 times the mean
//	rate at time: 0@0 4@10d 30@13d 1000@13d12h 600@14d
//	source: that filings crowd on the last day is published: over 90 % of
//	2,544 firms filed on the declared day (Nansha 2020:
//	http://subsites.chinadaily.com.cn/guangzhou/nansha/2020-02/12/c_451714.htm);
//	the curve puts 90 % on its last day; assumed: the hours of that day, the
//	days before and that there are two weeks
//
//	flash: a flash crowd: within minutes of an announcement, gone within the hour
//
//	        ▄█
//	        ██▄
//	        ███▃▂▁▁▁
//	0           45m         1h30m       2h15m       3h
//
//	span 3h, random, busiest moment 20.5 times the mean
//	rate at time: 0@0 0@30m 1000@32m 1000@35m 100@42m 0@1h 0@3h
//	source: flash crowds of about an hour are published: Xi'an health code,
//	20 Dec 2021 and 4 Jan 2022
//	(https://globaltimes.cn/page/202201/1244024.shtml); assumed: the curve
//
//	monthly: a month with its claims in the first days and a lesser hump at its end
//
//	 █▄
//	███▇▂
//	█████▅▁                                     ▁▃▆▂
//	0           7d12h       15d         22d12h      30d
//
//	span 30d, random, busiest moment 12.5 times the mean
//	rate at time: 0@0 1000@12h 800@1d12h 0@4d 0@28d 250@29d 0@30d
//	source: assumed: that a monthly claim is made when the month allows it
//	again
//
//	season: a year with a season of a few weeks
//
//	                      ▂█▆▃
//	                     ▄████▇▄▂
//	                   ▁▅████████▇▄▂▁
//	0           91d6h       182d12h     273d18h     365d
//
//	span 365d, random, busiest moment 8.2 times the mean
//	rate at time: 0@0 0@150d 1000@180d 600@200d 0@245d 0@365d
//	source: assumed: school admissions and similar seasons
//
//	dates: a year with three favoured dates
//
//	     █            █     █
//	     █            █     █
//	▃▃▃▃▃█▃▃▃▃▃▃▃▃▃▃▃▃█▃▃▃▃▃█▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃
//	0           91d6h       182d12h     273d18h     365d
//
//	span 365d, random, busiest moment 35.6 times the mean
//	rate at time: 20@0 20@44d 1000@44d 1000@45d 20@45d 20@139d 1000@139d
//	1000@140d 20@140d 20@187d 1000@187d 1000@188d 20@188d 20@365d
//	source: assumed: wedding registrations on favoured dates
package arrival
